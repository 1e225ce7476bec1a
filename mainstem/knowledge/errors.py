"""What can go wrong with documents and tables. Every message says what to do next.

KnowledgeError
├── NotFound          a path, a document or a collection that is not there
├── NothingToRead     the paths hold nothing that can be indexed
├── QueryError        a query that is refused, fails or takes too long
└── StorageError      the home cannot be used
    ├── Busy          another process holds it
    ├── DiskFull      there is no room to write
    └── IndexCorrupt  the index is damaged, or was made by another version
"""


class KnowledgeError(Exception):
    """Base of every error that `mainstem.knowledge` raises on purpose."""


class NotFound(KnowledgeError):
    """A path, a document or a table that does not exist."""


class NothingToRead(KnowledgeError):
    """The given paths hold no file that could be read."""


class QueryError(KnowledgeError):
    """A SQL query was refused, failed or took too long; the message is written for whoever wrote the query."""


class StorageError(KnowledgeError):
    """The home folder cannot be read or written."""


class Busy(StorageError):
    """Another process holds the index."""


class DiskFull(StorageError):
    """There is no room left for the index; what was there before is kept."""


class IndexCorrupt(StorageError):
    """The index file is damaged, or was made by another version; indexing again replaces it."""


class Unreadable(Exception):
    """One file cannot be read; `IndexReport.skipped` carries the reason."""


class Inaccessible(Unreadable):
    """One file cannot be opened now, which says nothing of what is in it: it is tried again the next time."""
