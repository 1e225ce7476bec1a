"""Documents and tables: indexed, searched, read and queried. `Library` is the one way in."""

from mainstem.knowledge.documents import DocumentPage
from mainstem.knowledge.errors import (
    Busy,
    DiskFull,
    IndexCorrupt,
    KnowledgeError,
    NotFound,
    NothingToRead,
    QueryError,
    StorageError,
)
from mainstem.knowledge.indexer import IndexReport
from mainstem.knowledge.library import Library, SearchResult
from mainstem.knowledge.progress import Progress
from mainstem.knowledge.tables.sql import QueryResult
from mainstem.stores.knowledge import Column, Document, Passage, Skipped, Table

__all__ = [
    "Busy",
    "Column",
    "DiskFull",
    "Document",
    "DocumentPage",
    "IndexCorrupt",
    "IndexReport",
    "KnowledgeError",
    "Library",
    "NotFound",
    "NothingToRead",
    "Passage",
    "Progress",
    "QueryError",
    "QueryResult",
    "SearchResult",
    "Skipped",
    "StorageError",
    "Table",
]
