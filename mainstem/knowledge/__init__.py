"""Documents and tables: indexed, searched, read and queried. `Library` is the one way in."""

import importlib
from typing import TYPE_CHECKING, Any

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
from mainstem.knowledge.progress import IndexProgress
from mainstem.stores.knowledge import Column, Document, Only, Passage, Skipped, Table, UnreadKind

if TYPE_CHECKING:
    from mainstem.knowledge.documents import DocumentPage
    from mainstem.knowledge.indexer import IndexReport
    from mainstem.knowledge.library import Library
    from mainstem.knowledge.searching import SearchResult
    from mainstem.knowledge.tables.sql import QueryResult

__all__ = [
    "Busy",
    "Column",
    "DiskFull",
    "Document",
    "DocumentPage",
    "IndexCorrupt",
    "IndexProgress",
    "IndexReport",
    "KnowledgeError",
    "Library",
    "NotFound",
    "NothingToRead",
    "Only",
    "Passage",
    "QueryError",
    "QueryResult",
    "SearchResult",
    "Skipped",
    "StorageError",
    "Table",
    "UnreadKind",
]

# The process that reads documents is in this package, too, and begins in a third of the time without these.
_WHERE = {
    "DocumentPage": "documents",
    "IndexReport": "indexer",
    "Library": "library",
    "QueryResult": "tables.sql",
    "SearchResult": "searching",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
