"""Look at the notes of one level: they go to the answer when they fit its prompt, and else are merged in groups."""

from collections.abc import Sequence
from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from mainstem.models import ModelError
from mainstem.stream.spending import CHARS_A_TOKEN

from ..context import Context, run_settings
from .split import SHARE_OF_ONE
from .state import MergeTask, Note, SummaryState, SummaryUpdate

MAX_LEVELS = 8
"""Times that notes are merged; what is still too long then is cut."""

Next = Command[Literal["merge_notes", "finish"]]


async def gather(state: SummaryState, runtime: Runtime[Context]) -> Next:
    """Merge on, or finish. Raises `ModelError` when not one part could be read."""
    level = state.get("level", 0)
    notes = notes_of(state, level)
    read = [note["text"] for note in notes if note["text"]]
    if not read:
        raise ModelError(f"None of the {len(notes)} parts could be read: {notes[0]['failed']}")
    room = int(SHARE_OF_ONE * run_settings(runtime).window_tokens * CHARS_A_TOKEN)
    if sum(map(len, read)) <= room or len(read) == 1 or level == MAX_LEVELS:
        return Command(goto="finish")
    groups = [_task(level, at, own, state) for at, own in enumerate(grouped(read, room))]
    return Command(update=SummaryUpdate(level=level + 1), goto=[Send("merge_notes", group) for group in groups])


def notes_of(state: SummaryState, level: int) -> list[Note]:
    """The notes of a level, in the order of the text."""
    notes = state.get("notes", {})
    keys = [key for key in notes if key.partition(".")[0] == str(level)]
    return [notes[key] for key in sorted(keys, key=lambda key: int(key.partition(".")[2]))]


def grouped(notes: Sequence[str], room: int) -> list[list[str]]:
    """Notes in groups of at most `room` characters, two at least in each but the last."""
    groups: list[list[str]] = [[]]
    for note in notes:
        if len(groups[-1]) > 1 and sum(map(len, groups[-1])) + len(note) > room:
            groups.append([])
        groups[-1].append(note)
    return groups


def _task(level: int, at: int, notes: list[str], state: SummaryState) -> MergeTask:
    return {"key": f"{level + 1}.{at}", "notes": notes, "focus": state.get("focus", "")}
