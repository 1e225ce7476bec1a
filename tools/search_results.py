"""What a search of the user's documents brings, for the search tool and for the node that searches first."""

from pathlib import Path
from typing import Any, cast

from mainstem.knowledge import IndexProgress, Library, Only, SearchResult
from mainstem.knowledge.index_cache import prepare
from mainstem.models.retrieved import Retrieved
from mainstem.settings import active
from mainstem.stream.writer import StreamWriter, stream_writer

from .library import ask_library

FRESH_FOR = 60.0
"""Seconds that an index made by this process counts as fresh: a session has just made it, a server has nobody else."""

MAX_PASSAGES = 10
"""Passages that one search returns at most: with eight, what else fits is missed (`docs/explanation/quality.md`)."""

_NAMES = 20


async def find(
    query: str,
    *,
    collection: str | None = None,
    first_number: int = 1,
    only: Only | None = None,
    writer: StreamWriter | None = None,
) -> Retrieved:
    """The passages, numbered from `first_number` on, and the tables that fit `query`; what is named is indexed first.

    Raises `ToolException` and `StorageError`.
    """
    writer = writer or stream_writer()

    def on_progress(progress: IndexProgress) -> None:
        writer.progress(progress.label, done=progress.done, total=progress.total, unit=progress.unit)

    async def look(library: Library, paths: list[Path] | None) -> SearchResult:
        await prepare(active(), on_progress, fresh_for=FRESH_FOR)
        return await library.search(query, paths=paths, collection=collection, limit=MAX_PASSAGES, only=only)

    found = await ask_library(look, on_progress)
    unit, every = ("tables", found.tables) if found.tables and not found.passages else ("passages", found.passages)
    writer.progress(unit, done=len(every), total=len(every), unit=unit)
    return cast("Retrieved", found.told(first_number))


async def overview() -> dict[str, Any]:
    """What there is to search: how many documents and tables, and the names of some. Raises as `find` does."""

    async def look(library: Library, paths: list[Path] | None) -> dict[str, Any]:
        documents, tables = await library.documents(paths=paths), await library.tables(paths=paths)
        return {
            "collection": documents[0].collection if documents else "user",
            "documents": len(documents),
            "names": [document.document for document in documents[:_NAMES]],
            "table_count": len(tables),
            "tables": [table.name for table in tables[:_NAMES]],
        }

    return await ask_library(look)
