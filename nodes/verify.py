"""What needs the whole answer: marks that name no passage, claims that cite nothing, answers that rest on nothing."""

from langchain_core.messages import ToolMessage
from langgraph.runtime import Runtime

from mainstem.stream.writer import StreamWriter, stream_writer
from mainstem.text import short

from .citations import unknown
from .cited_answer import CitationCheck
from .claims import Claim, claims
from .context import Context, run_settings
from .messages import current_turn, last_answer
from .passages import passages_by_number, passages_of, passages_of_turn
from .state import State, Update

UNGROUNDED = "The answer cites none of the passages that were found: nothing here vouches for it."
_SHOWN = 80
"""Characters of an uncited sentence that its notice shows."""


async def verify(state: State, runtime: Runtime[Context]) -> Update:
    """Tell of marks that name no passage, of claims without a mark, and of an answer that used nothing it found."""
    message = last_answer(state["messages"])
    if message is None:
        return {}
    citations, update = state.get("citations"), Update()
    if citations is None:  # nobody checked it while it was written
        checked = await CitationCheck(state, run_settings(runtime), stream_writer(runtime)).of(message)
        citations = update["citations"] = [citation for claim in checked for citation in claim.citations]
    said, passages, writer = claims(message.text), passages_by_number(state), stream_writer(runtime)
    marks = {mark for claim in said for mark in unknown(claim, passages)}
    if marks:
        text = f"The answer cites passages that were not found: {', '.join(sorted(marks))}."
        writer.notice("review", text, rule="citations", count=len(marks))
    _tell_uncited(writer, said, cited=bool(citations), over_documents=_over_documents(state))
    return update


def _tell_uncited(writer: StreamWriter, said: list[Claim], *, cited: bool, over_documents: bool) -> None:
    """Name the sentences that claim something and cite nothing, or the answer that cites nothing at all."""
    bare = [claim for claim in said if claim.claims and not claim.marks]
    if cited and bare:
        rest = f" and {len(bare) - 1} more" if len(bare) > 1 else ""
        text = f"The answer says without citing a passage: “{short(bare[0].text, _SHOWN)}”{rest}."
        writer.notice("review", text, rule="uncited", count=len(bare))
    elif not cited and any(claim.claims for claim in said) and over_documents:
        writer.notice("ungrounded", UNGROUNDED, rule="citations")


def _over_documents(state: State) -> bool:
    """Whether passages were found in this turn, and no tool gave anything else to answer from: a table, a sum."""
    turn = current_turn(state["messages"])
    results = [message for message in turn if isinstance(message, ToolMessage) and message.status != "error"]
    return bool(passages_of_turn(state)) and all(passages_of(message) for message in results)
