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

from mainstem.stores.errors import Busy, DiskFull, IndexCorrupt, KnowledgeError, StorageError

__all__ = [
    "Busy",
    "DiskFull",
    "Inaccessible",
    "IndexCorrupt",
    "KnowledgeError",
    "NotFound",
    "NothingToRead",
    "QueryError",
    "StorageError",
    "Unreadable",
]


class NotFound(KnowledgeError):
    """A path, a document or a table that does not exist."""


class NothingToRead(KnowledgeError):
    """The given paths hold no file that could be read."""


class QueryError(KnowledgeError):
    """A SQL query was refused, failed or took too long; the message is written for whoever wrote the query."""


class Unreadable(Exception):
    """One file cannot be read; `IndexReport.skipped` carries the reason."""


class Inaccessible(Unreadable):
    """One file cannot be opened now, which says nothing of what is in it: it is tried again the next time."""
