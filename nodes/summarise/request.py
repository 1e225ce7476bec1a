"""Whether a question asks for a summary, and of what. A pure function of the question."""

import re
from dataclasses import dataclass

MAX_CHARS = 300
"""Characters of a question that may ask for a summary: a longer one brings its text along."""

_PLEASE = r"(?:(?:please|can you|could you|would you|will you|i need|i want|i'd like|let me have)[\s,]+)*"
_ME = r"(?:\s+(?:me|us))?\s+"
_SUMMARY = r"(?:summary|overview|outline|synopsis|recap|digest|gist|tl;?dr)"
_POINTS = (
    r"(?:(?:key|main|important|central|major)\s+(?:points?|takeaways?|findings?|ideas?|messages?|themes?)"
    r"|takeaways?|highlights?)"
)
_TOPICS = r"(?:topics|subjects|issues|matters)"
_RAISED = r"(?:discussed|covered|talked about|raised|addressed)"
_ASKED = tuple(
    re.compile(rf"^{_PLEASE}(?:{pattern})[\s,:]*(?P<target>.*)$", re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"(?:summari[sz]e|sum up|recap|outline|condense|tl;?dr)\b(?!\s+of\b)",
        rf"(?:(?:give|write|make|show|tell|get){_ME})?(?:an?\s+|the\s+)?(?:\w+\s+)?{_SUMMARY}(?:\s+(?:of|on|for|about)\b|$)",
        rf"(?:(?:what\s+(?:are|were)|give|list|name|show|tell){_ME})?(?:the\s+)?{_POINTS}(?:\s+(?:of|from|in|on|about)\b|$)",
        rf"what\s+(?:is|was)\s+the\s+{_SUMMARY}\s+of\b",
        rf"what\s+{_TOPICS}\s+(?:are|were)\s+{_RAISED}\s+(?:in|at|during)\b",
        rf"what\s+(?:are|were)\s+the\s+{_TOPICS}\s+(?:{_RAISED}\s+)?(?:in|at|of|during)\b",
        r"what\s+(?:is|was)\s+the\s+(?:overall|general|whole)\s+(?:discussion|content|message|idea)\s+(?:of|in|at)\b",
    )
)
_PEOPLE = r"(?:they|we|everyone|people|the\s+(?:team|group|committee|participants?|speakers?|board|members))"
_DISCUSSED = re.compile(
    rf"^what\s+did\s+{_PEOPLE}\s+(?:discuss|decide|say|think|conclude|agree|talk)\s+(?:about|on|of|regarding)\s+"
    r"(?P<focus>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ABOUT = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"^what(?:\s+is|\s+are|\s+was|['’]s)\s+(?P<target>.+?)\s+(?:all\s+)?about(?P<focus>)$",
        r"^what\s+does\s+(?P<target>.+?)\s+(?:cover|deal with)(?P<focus>)$",
        r"^what\s+does\s+(?P<target>.+?)\s+say(?:\s+(?:about|on|regarding)\s+(?P<focus>.+))?$",
    )
)
_DECIDED = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"^what(?:\s+is|\s+are|\s+was|\s+were|['’]s)\s+the\s+(?:\w+\s+)?(?:decisions?|conclusions?|outcomes?)"
        r"(?:\s+(?:of|in|at|from|during)\s+(?P<target>.+))?$",
        r"^what\s+(?:are|were)\s+the\s+(?:\w+\s+)?(?:decisions|conclusions)\s+(?:that\s+)?(?:\w+\s+)?"
        rf"(?:made|reached|taken)(?:\s+by\s+{_PEOPLE})?(?P<target>)$",
        rf"^what\s+(?:did\s+{_PEOPLE}\s+(?:decide|conclude|agree on)|was\s+(?:decided|concluded|agreed))(?P<target>)$",
    )
)
_DECISIONS = "decisions decided agreed concluded"
_LENGTH = re.compile(
    r"\s+in\s+(?:\S+\s+){1,4}(?:words|sentences|paragraphs?|bullet points|bullets|points|lines)$", re.IGNORECASE
)
_BRIEFLY = re.compile(r"\s+(?:briefly|shortly|in short|in brief|for me|please|in detail)$", re.IGNORECASE)


@dataclass(frozen=True)
class SummaryRequest:
    """A summary of `target` (as the question names it; empty: of all there is), perhaps of what it says of `focus`.

    `certain`: whether it can be nothing else. *What is X about?* is a summary only where X is a document.
    """

    target: str
    focus: str = ""
    certain: bool = True


def summary_request(question: str) -> SummaryRequest | None:
    """What `question` asks a summary of, None where it asks for none, or is longer than such questions are."""
    if len(question) > MAX_CHARS:
        return None
    asked = _plain(question)
    for pattern in _ASKED:
        if found := pattern.match(asked):
            return SummaryRequest(_plain(found["target"]))
    if found := _DISCUSSED.match(asked):
        return SummaryRequest("it", found["focus"].strip(), certain=False)
    for pattern in _DECIDED:
        if found := pattern.match(asked):
            return SummaryRequest((found["target"] or "it").strip(), _DECISIONS, certain=False)
    for pattern in _ABOUT:
        if found := pattern.match(asked):
            return SummaryRequest(found["target"].strip(), (found["focus"] or "").strip(), certain=False)
    return None


def _plain(text: str) -> str:
    """Without what asks politely, or for a length."""
    text = " ".join(text.split()).strip("?!, ").rstrip(".")
    while (shorter := _BRIEFLY.sub("", _LENGTH.sub("", text))) != text:
        text = shorter
    return text
