"""Resolve the answer's marks, and check that each cited passage supports its sentence."""

import re
from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.runtime import Runtime

from mainstem.models.citation_marks import Mark, marks
from mainstem.models.extractive.sentences import sentences
from mainstem.models.stemming import stems
from mainstem.stream.writer import stream_writer

from .context import Context
from .messages import current_turn, last_answer, passages_of
from .state import State, Update

SUPPORT = 0.5
"""Share of a sentence's content words that its passage must hold."""


async def verify(state: State, runtime: Runtime[Context]) -> Update:
    """Tell a citation for each mark that names a passage, and of each mark that names none."""
    message = last_answer(state["messages"])
    if message is None:
        return {}
    passages = _passages(state["messages"])
    writer = stream_writer(runtime)
    citations: list[dict[str, Any]] = []
    unknown: set[str] = set()
    for mark, sentence in _marked(message.text):
        passage = passages.get(mark.number)
        if passage is not None:
            citation = _citation(message, mark, sentence, passage)
            # `seven[1].` cites, `args[1].` does not: where the mark may be an index, the passage must speak for it
            citations += [citation] if citation["supported"] or not mark.doubtful else []
        elif not mark.doubtful:
            unknown.add(mark.text)
    citations = _merged(citations)
    for citation in citations:
        writer.citation(**citation)
    if unknown:
        text = f"The answer cites passages that were not found: {', '.join(sorted(unknown))}."
        writer.notice("review", text, rule="citations", count=len(unknown))
    return {"citations": citations}


def _passages(messages: list[AnyMessage]) -> dict[int, dict[str, Any]]:
    """Passages by number: this turn's, and where it has none of that number, an earlier turn's."""
    found: dict[int, dict[str, Any]] = {}
    for message in [*messages, *current_turn(messages)]:
        found.update({passage["n"]: passage for passage in passages_of(message)})
    return found


def _marked(text: str) -> Iterator[tuple[Mark, str]]:
    """Each mark with the sentence that it stands in or behind."""
    begin = 0
    previous = ""
    for mark in marks(text):
        before = text[begin : mark.start].strip()
        previous = (sentences(before) or [previous])[-1] if before else previous
        yield mark, previous
        begin = mark.end


def _citation(message: AIMessage, mark: Mark, sentence: str, passage: dict[str, Any]) -> dict[str, Any]:
    wanted = set(stems(sentence))
    quote, offset = _best_sentence(wanted, passage["text"])
    start = passage["start"] + offset
    line = None if passage["line"] is None else passage["line"] + passage["text"].count("\n", 0, offset)
    locator = {"page": passage["page"], "line": line, "start": start, "end": start + len(quote)}
    held = wanted & set(stems(f"{passage['heading']} {passage['text']}"))
    return {
        "message_id": message.id,
        "marker": mark.text,
        "document": passage["document"],
        "locator": {key: value for key, value in locator.items() if value is not None},
        "quote": quote,
        "supported": len(held) >= SUPPORT * len(wanted),
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


def _merged(citations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One citation a mark and quote; it is supported when each of its sentences is."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for citation in citations:
        known = merged.setdefault((citation["marker"], citation["quote"]), citation)
        known["supported"] = known["supported"] and citation["supported"]
    return list(merged.values())
