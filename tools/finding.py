"""What a search of the user's documents brings, for the search tool and for the node that searches first."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from mainstem.knowledge import IndexProgress, Library, Passage, SearchResult, Table
from mainstem.knowledge.index_cache import prepare
from mainstem.models.retrieved import Retrieved
from mainstem.settings import active
from mainstem.stream.writer import StreamWriter, stream_writer

from .library import ask_library

FRESH_FOR = 60.0
"""Seconds that an index made by this process counts as fresh: a session has just made it, a server has nobody else."""

MAX_PASSAGES = 8
"""Passages that one search returns at most."""

_NAMES = 20


async def find(
    query: str, *, collection: str | None = None, first_number: int = 1, writer: StreamWriter | None = None
) -> Retrieved:
    """The passages, numbered from `first_number` on, and the tables that fit `query`; what is named is indexed first.

    Raises `ToolException` and `StorageError`.
    """
    writer = writer or stream_writer()

    def on_progress(progress: IndexProgress) -> None:
        writer.progress(progress.label, done=progress.done, total=progress.total, unit=progress.unit)

    async def look(library: Library, paths: list[Path] | None) -> SearchResult:
        await prepare(active(), on_progress, fresh_for=FRESH_FOR)
        return await library.search(query, paths=paths, collection=collection, limit=MAX_PASSAGES)

    found = await ask_library(look, on_progress)
    passages = [_numbered(passage, number) for number, passage in enumerate(found.passages, first_number)]
    writer.progress("passages", done=len(passages), total=len(passages), unit="passages")
    return {"passages": passages, "tables": [_described(table) for table in found.tables]}


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


def _numbered(passage: Passage, number: int) -> dict[str, Any]:
    return {"n": number, **asdict(passage)}


def _described(table: Table) -> dict[str, Any]:
    return {key: said for key, said in asdict(table).items() if key != "path"}
