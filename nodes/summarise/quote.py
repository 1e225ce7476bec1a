"""A summary without a model: the sentences that say most, word by word, each with its passage."""

import asyncio
from collections.abc import Sequence

from langgraph.runtime import Runtime

from mainstem.knowledge import Passage
from mainstem.models.extractive.summary import summary
from mainstem.settings import use
from mainstem.stream.writer import stream_writer
from tools.library import ask_library

from ..context import Context, run_settings
from .passages import numbered, passages_in
from .state import SummaryState, SummaryUpdate

MAX_CHARS = 2_000_000
"""Characters that are looked through (a second or two): of more, the beginnings of the documents."""

MAX_FOUND = 24
"""Passages that are searched for where no document is named."""


async def quote(state: SummaryState, runtime: Runtime[Context]) -> SummaryUpdate:
    """The sentences as the answer's notes, and the passages that they stand in."""
    documents, focus = state.get("documents", []), state.get("focus", "")
    with use(run_settings(runtime)):
        every = await passages_in(documents) if documents else await _found(focus)
    read = _beginnings(every, MAX_CHARS)
    if len(read) < len(every):
        text = f"The summary looks at the first {len(read):,} of {len(every):,} passages, from each document its first."
        stream_writer(runtime).notice("review", text, rule="summary")
    passages = numbered(read)
    said = await asyncio.to_thread(summary, passages, focus)
    numbers = {n: place for place, n in enumerate(dict.fromkeys(each.n for each in said), 1)}
    notes = "\n".join(f"- {each.text} [{numbers[each.n]}]" for each in said)
    return {"retrieved": {"passages": [{**passages[n - 1], "n": numbers[n]} for n in numbers], "notes": notes}}


async def _found(focus: str) -> list[Passage]:
    result = await ask_library(lambda library, paths: library.search(focus, paths=paths, limit=MAX_FOUND))
    return sorted(result.passages, key=lambda passage: (passage.path, passage.start))


def _beginnings(passages: Sequence[Passage], room: int) -> list[Passage]:
    """The passages, or where they have more characters than `room`, as many of each document's first as fit."""
    if sum(len(passage.text) for passage in passages) <= room:
        return list(passages)
    share = room // len({passage.path for passage in passages})
    return [passage for passage in passages if passage.end <= share] or list(passages[:1])
