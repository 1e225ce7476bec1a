"""Note what one part says, or take the notes that were made of the same text before."""

from langgraph.runtime import Runtime

from mainstem.models import ModelError
from mainstem.settings import use
from mainstem.stores.errors import NotesError
from mainstem.stores.opening import open_stores
from mainstem.stores.part_notes import PartNotes
from mainstem.stream.writer import stream_writer

from ..context import Context, run_settings
from .asking import ask_quietly, key_of, note_prompt
from .passages import passages_of_part, renumbered
from .state import Note, PartTask, SummaryUpdate


async def read_part(task: PartTask, runtime: Runtime[Context]) -> SummaryUpdate:
    """The notes, with the numbers that its passages have among all; or why it could not be read."""
    part, settings = task["part"], run_settings(runtime)
    with use(settings):
        passages = await passages_of_part(part)
        prompt = note_prompt(passages, task["focus"])
        key, kept = key_of(prompt, settings), open_stores(settings).part_notes
        try:
            text = await _known(kept, key) or await ask_quietly(prompt, settings, stream_writer(runtime))
        except (ModelError, TimeoutError) as error:
            return _noted(task, Note(text="", failed=str(error) or "it took too long"))
        await _keep(kept, key, text)
    numbers = {passage["n"]: passage["n"] - 1 + part["first_number"] for passage in passages}
    return _noted(task, Note(text=renumbered(text, numbers), failed=""))


def _noted(task: PartTask, note: Note) -> SummaryUpdate:
    return {"notes": {f"0.{task['part']['number'] - 1}": note}}


async def _known(kept: PartNotes, key: bytes) -> str | None:
    try:
        return await kept.find(key)
    except NotesError:  # what cannot be remembered is read again
        return None


async def _keep(kept: PartNotes, key: bytes, text: str) -> None:
    try:
        await kept.keep(key, text)
    except NotesError:
        return
