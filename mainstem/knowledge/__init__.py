"""Documents and tables: indexed, searched, read and queried. `Library` is the one way in."""

from mainstem.knowledge.documents import Document, DocumentPage
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
from mainstem.knowledge.files.discovery import Skipped
from mainstem.knowledge.index_lock import Progress
from mainstem.knowledge.indexer import IndexReport
from mainstem.knowledge.library import Library
from mainstem.knowledge.search import Passage, SearchResult
from mainstem.knowledge.tables.catalog import Column, Table
from mainstem.knowledge.tables.sql import QueryResult

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
