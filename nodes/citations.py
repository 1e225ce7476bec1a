"""The marks behind a claim, resolved: what each cites, where in its passage that stands, and what the passage says."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from mainstem.events import Verdict
from mainstem.models.extractive.sentences import sentences
from mainstem.models.stemming import stems

from .claims import Claim
from .passages import Passage

Citation = dict[str, Any]
"""The fields of `events.Citation`."""

Judge = Callable[[str, str], Awaitable[Verdict]]
"""Whether a passage, its headings above it, supports a sentence."""


class CheckedClaim(NamedTuple):
    """A claim, and a citation for each mark of it that names a passage."""

    claim: Claim
    citations: list[Citation]

    @property
    def unsupported(self) -> bool:
        """Whether it cites passages of which none supports it."""
        return bool(self.citations) and all(found["verdict"] == "unsupported" for found in self.citations)


async def check(claim: Claim, passages: dict[int, Passage], judge: Judge, message_id: str) -> CheckedClaim:
    """Resolve the marks of a claim."""
    cited = [(mark, number) for mark in claim.marks for number in mark.numbers if number in passages]
    distinct = list(dict.fromkeys(number for _, number in cited))  # a model may say one mark a thousand times over
    verdicts = await _verdicts(claim, [passages[number] for number in distinct], judge)
    said = {
        number: _citation(message_id, claim, passages[number], verdict)
        for number, verdict in zip(distinct, verdicts, strict=True)
    }
    citations = [
        {**said[number], "marker": mark.text}
        for mark, number in cited
        # `seven[1].` cites, `args[1].` does not: where the mark may be an index, the passage must speak for it
        if said[number]["verdict"] == "supported" or not mark.doubtful
    ]
    return CheckedClaim(claim, citations)


def unknown(claim: Claim, passages: dict[int, Passage]) -> set[str]:
    """The marks of a claim that name no passage."""
    return {mark.text for mark in claim.marks if not mark.doubtful and not passages.keys() >= set(mark.numbers)}


async def _verdicts(claim: Claim, passages: list[Passage], judge: Judge) -> list[Verdict]:
    """What each passage says of a sentence; where none says all of it, what they say together."""
    if claim.heading and not claim.claims:
        return ["supported" for _ in passages]  # `Overview` says nothing that could be false
    sentence = claim.text
    texts = [f"{passage['heading']}\n\n{passage['text']}" for passage in passages]
    alone: list[Verdict] = [await judge(sentence, text) for text in texts]
    if len(texts) < 2 or "supported" in alone:
        return alone
    together = await judge(sentence, "\n\n".join(texts))
    return [together for _ in texts]


def _citation(message_id: str, claim: Claim, passage: Passage, verdict: Verdict) -> Citation:
    quote, offset = _best_sentence(set(stems(claim.text)), passage["text"])
    start = passage["start"] + offset
    line = None if passage["line"] is None else passage["line"] + passage["text"].count("\n", 0, offset)
    locator = {"page": passage["page"], "line": line, "start": start, "end": start + len(quote)}
    return {
        "message_id": message_id,
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
