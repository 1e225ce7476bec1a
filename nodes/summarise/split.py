"""Cut the documents that are meant into parts that a model reads at once, along their sections."""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from mainstem.knowledge import Passage
from mainstem.models import aload
from mainstem.models.extractive import ExtractiveModel
from mainstem.settings import use
from mainstem.stream.spending import CHARS_A_TOKEN

from ..context import Context, run_settings
from .passages import passages_in
from .state import Part, PassageRange, SummaryState, SummaryUpdate

SHARE_OF_ONE, SHARE_OF_MANY = 0.5, 0.25
"""Share of the window that a document may fill to be read as a whole, and that a part fills where it does not."""

Next = Command[Literal["quote", "finish", "foresee", "__end__"]]


async def split(state: SummaryState, runtime: Runtime[Context]) -> Next:
    """The parts. A model that only quotes needs none, and what fits the window is read as a whole."""
    settings = run_settings(runtime)
    if isinstance(await aload(settings.model, settings), ExtractiveModel):
        return Command(goto="quote")
    if not state.get("documents"):
        return Command(goto="__end__")  # a subject, wherever it stands: that is a search like any other
    with use(settings):
        passages = await passages_in(state.get("documents", []))
    window = settings.window_tokens * CHARS_A_TOKEN
    found = parts(passages, int(SHARE_OF_ONE * window))
    if len(found) > 1:
        found = parts(passages, int(SHARE_OF_MANY * window))
    return Command(update=SummaryUpdate(parts=found, level=0), goto="foresee" if len(found) > 1 else "finish")


def parts(passages: Sequence[Passage], size: int) -> list[Part]:
    """Passages in parts of about `size` characters, none over it but a single passage; cut between sections if it can.

    A part that is half full ends where a section does.
    """
    found: list[list[tuple[int, Passage]]] = []
    filled = size
    for document in _documents(passages):
        section = ""
        for at, passage in enumerate(document):
            ends = filled > size // 2 and _section(passage) != section
            if not found or ends or filled + len(passage.text) > size:
                found.append([])
                filled = 0
            found[-1].append((at, passage))
            filled += len(passage.text)
            section = _section(passage)
    return _numbered(found)


def _documents(passages: Sequence[Passage]) -> list[list[Passage]]:
    return [list(own) for _, own in groupby(passages, key=lambda passage: passage.path)]


def _section(passage: Passage) -> str:
    return " > ".join(passage.heading.split(" > ")[:2])


def _numbered(found: Sequence[Sequence[tuple[int, Passage]]]) -> list[Part]:
    made: list[Part] = []
    first = 1
    for number, passages in enumerate(found, 1):
        label = _label(passages[0][1])
        made.append({"number": number, "label": label, "spans": _spans(passages), "first_number": first})
        first += len(passages)
    return made


def _label(passage: Passage) -> str:
    return f"{passage.document} ({passage.heading})" if passage.heading else passage.document


def _spans(passages: Sequence[tuple[int, Passage]]) -> list[PassageRange]:
    grouped = [list(own) for _, own in groupby(passages, key=lambda each: each[1].path)]
    return [PassageRange(path=own[0][1].path, first=own[0][0], last=own[-1][0]) for own in grouped]
