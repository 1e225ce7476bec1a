"""Search the indexed documents."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from langchain_core.tools import InjectedToolArg

from mainstem.knowledge import IndexProgress, Library, Passage, SearchResult, Table
from mainstem.knowledge.index_cache import prepare
from mainstem.settings import active
from mainstem.stream.writer import stream_writer
from mainstem.text import counted

from .decorator import tool
from .library import ask_library

FRESH_FOR = 60.0
"""Seconds that an index made by this process counts as fresh: a session has just made it, a server has nobody else."""

MAX_PASSAGES = 8
"""Passages that one search returns at most."""


@tool(artifact=True, numbers_passages=True)
async def search_documents(
    query: str, collection: str | None = None, first_number: Annotated[int, InjectedToolArg] = 1
) -> tuple[str, dict[str, Any]]:
    """Find passages of the user's documents, and tables that fit the question.

    Args:
        query: What to look for: the question itself, or its key words.
        collection: "mainstem" searches the manual of this program instead of the user's documents.
    """
    writer = stream_writer()

    def on_progress(progress: IndexProgress) -> None:
        writer.progress(progress.label, done=progress.done, total=progress.total, unit=progress.unit)

    async def look(library: Library, paths: list[Path] | None) -> SearchResult:
        await prepare(active(), on_progress, fresh_for=FRESH_FOR)
        return await library.search(query, paths=paths, collection=collection, limit=MAX_PASSAGES)

    found = await ask_library(look, on_progress)
    passages = [_numbered(passage, number) for number, passage in enumerate(found.passages, first_number)]
    writer.progress("passages", done=len(passages), total=len(passages), unit="passages")
    tables = [_described(table) for table in found.tables]
    return _words(passages, tables), {"passages": passages, "tables": tables}


def _numbered(passage: Passage, number: int) -> dict[str, Any]:
    return {"n": number, **asdict(passage)}


def _described(table: Table) -> dict[str, Any]:
    return {"name": table.name, "columns": [asdict(column) for column in table.columns], "rows": table.rows}


def _words(passages: list[dict[str, Any]], tables: list[dict[str, Any]]) -> str:
    if not passages and not tables:
        return "Nothing was found. Try other words, or list_tables."
    said = [f"[{p['n']}] {p['document']}{_where(p)}\n{p['text']}" for p in passages]
    said += [
        f"Table {t['name']} ({counted(t['rows'], 'row')}): {', '.join(c['name'] for c in t['columns'])}" for t in tables
    ]
    return "\n\n".join(said)


def _where(passage: dict[str, Any]) -> str:
    place = f", page {passage['page']}" if passage["page"] else f", line {passage['line']}" if passage["line"] else ""
    return f"{place} ({passage['heading']})" if passage["heading"] else place
