"""Hand what was noted to the answer: the notes, and the passages that they cite; or a short document as it is."""

from langgraph.runtime import Runtime

from mainstem.models.retrieved import Retrieved
from mainstem.settings import use
from mainstem.stream.spending import CHARS_A_TOKEN
from mainstem.stream.writer import stream_writer

from ..context import Context, run_settings
from .gather import notes_of
from .passages import cited_numbers, numbered_passages, passages_of_part, renumbered
from .split import SHARE_OF_ONE
from .state import SummaryState, SummaryUpdate


async def finish(state: SummaryState, runtime: Runtime[Context]) -> SummaryUpdate:
    """What the answer is made from; parts that could not be read are named."""
    settings, parts = run_settings(runtime), state.get("parts", [])
    with use(settings):
        if not state.get("notes"):
            return {"retrieved": {"passages": [each for part in parts for each in await passages_of_part(part)]}}
        room = int(SHARE_OF_ONE * settings.window_tokens * CHARS_A_TOKEN)
        notes = "\n\n".join(note["text"] for note in notes_of(state, state.get("level", 0)) if note["text"])[:room]
        numbers = cited_numbers(notes, parts)
        passages = await numbered_passages(parts, numbers)
    notes = renumbered(notes, {number: place for place, number in enumerate(numbers, 1)})
    found: Retrieved = {"passages": passages, "notes": notes}
    if lost := _lost(state):
        stream_writer(runtime).notice("review", lost, rule="summary", count=len(unread_parts(state)))
        found["notes"] = f"{lost} Say so in your summary.\n\n{notes}"
    return {"retrieved": found}


def unread_parts(state: SummaryState) -> list[tuple[str, str]]:
    """The parts that could not be read: what they are called, and why."""
    notes = notes_of(state, 0)
    return [
        (part["label"], note["failed"])
        for part, note in zip(state.get("parts", []), notes, strict=True)
        if note["failed"]
    ]


def _lost(state: SummaryState) -> str:
    lost = unread_parts(state)
    if not lost:
        return ""
    names = ", ".join(label for label, _ in lost)
    return f"{len(lost)} of {len(state.get('parts', []))} parts could not be read: {names}. {lost[0][1]}"
