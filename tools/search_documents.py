"""Search the indexed documents."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from langchain_core.tools import InjectedToolArg, InjectedToolCallId, tool

from mainstem.knowledge import Library, Passage, Progress, SearchResult, Table
from mainstem.knowledge.index_cache import prepare
from mainstem.settings import active
from mainstem.stream.writer import StreamWriter
from mainstem.text import counted

from .consult import consult
from .marks import PASSAGES

FRESH_FOR = 60.0
"""Seconds that an index made by this process counts as fresh: a session has just made it, a server has nobody else."""

MOST = 8
"""Passages that one search returns at most."""

Answer = tuple[str, dict[str, Any]]


@tool(response_format="content_and_artifact")
async def search_documents(
    query: str,
    tool_call_id: Annotated[str, InjectedToolCallId],
    collection: str | None = None,
    first_number: Annotated[int, InjectedToolArg] = 1,
) -> Answer:
    """Find passages of the user's documents, and tables that fit the question.

    Args:
        query: What to look for: the question itself, or its key words.
        collection: "mainstem" searches the manual of this program instead of the user's documents.
    """
    writer = StreamWriter.here()

    def tell(progress: Progress) -> None:
        writer.progress(
            progress.label, done=progress.done, total=progress.total, unit=progress.unit, tool_call_id=tool_call_id
        )

    async def look(shelf: Library, paths: list[Path] | None) -> SearchResult:
        await prepare(active(), tell, fresh_for=FRESH_FOR)
        return await shelf.search(query, paths=paths, collection=collection, limit=MOST)

    found = await consult(look, tell)
    passages = [_numbered(passage, number) for number, passage in enumerate(found.passages, first_number)]
    writer.progress("passages", done=len(passages), total=len(passages), unit="passages", tool_call_id=tool_call_id)
    tables = [_described(table) for table in found.tables]
    return _words(passages, tables), {"passages": passages, "tables": tables}


search_documents.metadata = PASSAGES
search_documents.handle_tool_error = True


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
