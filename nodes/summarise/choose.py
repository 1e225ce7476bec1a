"""Find out which documents a summary is asked of, and tell which there are where none is meant."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from langchain_core.tools import ToolException
from langgraph.runtime import Runtime
from langgraph.types import Command

from mainstem.knowledge import Document, IndexProgress, Library, Table
from mainstem.knowledge.index_cache import prepare
from mainstem.settings import active, use
from mainstem.stream.writer import StreamWriter, stream_writer
from mainstem.text import counted
from tools.library import ask_library
from tools.search_results import FRESH_FOR

from ..context import Context, run_settings
from .request import SummaryRequest, summary_request
from .state import SummaryState, SummaryUpdate
from .targets import Meant, Unresolved, meant

MAX_NAMES = 12
"""Names of documents that are told where none is meant."""

Next = Command[Literal["split", "__end__"]]


async def choose(state: SummaryState, runtime: Runtime[Context]) -> Next:
    """The documents and what is asked about in them; nothing where the question is one like any other."""
    request = summary_request(state["question"])
    try:
        with use(run_settings(runtime)):
            documents, tables = await _there(stream_writer(runtime))
    except ToolException:
        return Command(goto="__end__")  # the search that follows fails too, and says why
    if request is None or not documents:
        return Command(goto="__end__")
    found = await asyncio.to_thread(meant, request, documents, state["sources"])
    if not _is_one(request, found, tables):
        return Command(goto="__end__")
    if isinstance(found, Unresolved):
        return Command(update=SummaryUpdate(retrieved={"notes": _unresolved(found.name, documents)}), goto="__end__")
    return Command(update=_chosen(found), goto="split")


def _chosen(found: Meant) -> SummaryUpdate:
    everywhere = not found.named and len(found.documents) > 1
    return {"documents": [] if everywhere else [each.path for each in found.documents], "focus": found.focus}


def _is_one(request: SummaryRequest, found: Meant | Unresolved, tables: Sequence[Table]) -> bool:
    """Whether it is a summary of text: *what is X about?* is only where X is a document, and a table is queried."""
    named = isinstance(found, Meant) and found.named
    return named or (request.certain and not any(_names(request.target, table) for table in tables))


def _names(target: str, table: Table) -> bool:
    named = {table.name.lower(), table.document.lower(), table.document.rpartition("/")[2].lower()}
    return bool(named.intersection(target.lower().split()))


async def _there(writer: StreamWriter) -> tuple[list[Document], list[Table]]:
    def on_progress(progress: IndexProgress) -> None:
        writer.progress(progress.label, done=progress.done, total=progress.total, unit=progress.unit)

    async def look(library: Library, paths: list[Path] | None) -> tuple[list[Document], list[Table]]:
        await prepare(active(), on_progress, fresh_for=FRESH_FOR)
        return await library.documents(paths=paths), await library.tables(paths=paths)

    return await ask_library(look, on_progress)


def _unresolved(name: str, documents: Sequence[Document]) -> str:
    names = ", ".join(each.document for each in documents[:MAX_NAMES])
    more = f" and {len(documents) - MAX_NAMES} more" if len(documents) > MAX_NAMES else ""
    what = f"I found no document {name!r} here" if name else "I do not know which document is meant"
    return (
        f"{what}. There {'is' if len(documents) == 1 else 'are'} {counted(len(documents), 'document')}: {names}{more}."
    )
