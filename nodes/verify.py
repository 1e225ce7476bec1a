"""Resolve the answer's marks, check that the cited passages support its sentences, and say what cites nothing."""

import re
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.runtime import Runtime

from mainstem.events import Verdict
from mainstem.models.citation_marks import Mark
from mainstem.models.extractive.sentences import sentences
from mainstem.models.stemming import stems
from mainstem.models.support import judge
from mainstem.stream.writer import StreamWriter, stream_writer
from mainstem.text import short

from .claims import Claim, claims
from .context import Context
from .messages import current_turn, last_answer
from .passages import Passage, passages_by_number, passages_of, passages_of_turn
from .state import State, Update

UNGROUNDED = "The answer cites none of the passages that were found: nothing here vouches for it."
_SHOWN = 80
"""Characters of an uncited sentence that its notice shows."""


async def verify(state: State, runtime: Runtime[Context]) -> Update:
    """Tell a citation for each mark that names a passage, and of each mark and sentence without one."""
    message = last_answer(state["messages"])
    if message is None:
        return {}
    turn = current_turn(state["messages"])
    said = claims(message.text)
    citations, unknown = _resolved(message, said, passages_by_number(state), _question(turn))
    writer = stream_writer(runtime)
    for citation in citations:
        writer.citation(**citation)
    if unknown:
        text = f"The answer cites passages that were not found: {', '.join(sorted(unknown))}."
        writer.notice("review", text, rule="citations", count=len(unknown))
    _tell_uncited(writer, said, cited=bool(citations), over_documents=_over_documents(state))
    return {"citations": citations}


def _resolved(
    message: AIMessage, said: list[Claim], passages: dict[int, Passage], question: str
) -> tuple[list[dict[str, Any]], set[str]]:
    """The citations of an answer, in its order, and the marks that name no passage."""
    citations: list[dict[str, Any]] = []
    unknown: set[str] = set()
    for claim in said:
        cited = [(mark, passages[number]) for mark in claim.marks for number in mark.numbers if number in passages]
        verdicts = _verdicts(claim.text, [passage for _, passage in cited], question)
        for (mark, passage), verdict in zip(cited, verdicts, strict=True):
            # `seven[1].` cites, `args[1].` does not: where the mark may be an index, the passage must speak for it
            if verdict == "supported" or not mark.doubtful:
                citations.append(_citation(message, claim, mark, passage, verdict))
        unknown |= {mark.text for mark in claim.marks if not mark.doubtful and not passages.keys() >= set(mark.numbers)}
    return citations, unknown


def _verdicts(sentence: str, passages: list[Passage], question: str) -> list[Verdict]:
    """What each passage says of a sentence; where none says all of it, what they say together."""
    texts = [f"{passage['heading']}\n\n{passage['text']}" for passage in passages]
    alone: list[Verdict] = [judge(sentence, text, question) for text in texts]
    if len(texts) < 2 or "supported" in alone:
        return alone
    together = judge(sentence, "\n\n".join(texts), question)
    return [together for _ in texts]


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


def _question(turn: list[AnyMessage]) -> str:
    return turn[0].text if turn and isinstance(turn[0], HumanMessage) else ""


def _citation(message: AIMessage, claim: Claim, mark: Mark, passage: Passage, verdict: Verdict) -> dict[str, Any]:
    quote, offset = _best_sentence(set(stems(claim.text)), passage["text"])
    start = passage["start"] + offset
    line = None if passage["line"] is None else passage["line"] + passage["text"].count("\n", 0, offset)
    locator = {"page": passage["page"], "line": line, "start": start, "end": start + len(quote)}
    return {
        "message_id": message.id,
        "marker": mark.text,
        "answer_start": claim.start,
        "answer_end": claim.end,
        "document": passage["document"],
        "locator": {key: value for key, value in locator.items() if value is not None},
        "quote": quote,
        "verdict": verdict,
    }


def _best_sentence(wanted: set[str], text: str) -> tuple[str, int]:
    """The passage's sentence that shares most with the cited one, and where in the passage it begins."""
    best, share = "", -1.0
    for sentence in sentences(text):
        words = set(stems(sentence))
        overlap = len(words & wanted) / (len(words | wanted) or 1)
        if overlap > share:
            best, share = sentence, overlap
    # A sentence comes with its white space collapsed; the quote is the passage to the letter.
    there = re.search(r"\s+".join(map(re.escape, best.split())), text) if best else None
    return (there.group(), there.start()) if there else (text, 0)
