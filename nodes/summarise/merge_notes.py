"""Make one set of notes of several."""

from langgraph.runtime import Runtime

from mainstem.stream.writer import stream_writer

from ..context import Context, run_settings
from .asking import ask_quietly, merge_prompt
from .state import MergeTask, Note, SummaryUpdate


async def merge_notes(task: MergeTask, runtime: Runtime[Context]) -> SummaryUpdate:
    """The merged notes. Raises `ModelError`: the notes of the parts are kept, so that asking again costs little."""
    if len(task["notes"]) == 1:
        text = task["notes"][0]
    else:
        prompt = merge_prompt(task["notes"], task["focus"])
        text = await ask_quietly(prompt, run_settings(runtime), stream_writer(runtime))
    return {"notes": {task["key"]: Note(text=text, failed="")}}
