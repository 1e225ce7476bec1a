"""What can go wrong where things are kept. Every message says what to do next.

    KnowledgeError (documents and tables; `mainstem.knowledge` adds to these)
    └── StorageError      the home cannot be used
        ├── Busy          another process holds it
        ├── DiskFull      there is no room to write
        └── IndexCorrupt  the index is damaged, or was made by another version
    KeysError             the idempotency keys cannot be read or written
    TokensError           users' tokens cannot be read or written
    NotesError            the notes of parts of documents cannot be read or written

Of the journal and the threads it is `JournalError` and `ThreadsUnreachable` of `mainstem.stream.errors`.
"""


class KnowledgeError(Exception):
    """Base of every error that `mainstem.knowledge` raises on purpose."""


class StorageError(KnowledgeError):
    """The home folder cannot be read or written."""


class Busy(StorageError):
    """Another process holds the index."""


class DiskFull(StorageError):
    """There is no room left for the index; what was there before is kept."""


class IndexCorrupt(StorageError):
    """The index file is damaged, or was made by another version; indexing again replaces it."""


class KeysError(Exception):
    """The idempotency keys cannot be read or written."""


class NotesError(Exception):
    """The notes of parts of documents cannot be read or written."""


class TokensError(Exception):
    """Users' tokens cannot be read or written, or a name is taken."""
