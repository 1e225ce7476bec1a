"""What a message wants: an answer out of the documents, or something that needs none of them."""

import re
from typing import Literal

from mainstem.models.extractive import arithmetic, listing
from mainstem.models.stemming import stems

Intent = Literal["note", "sum", "tables", "documents", "greeting", "help", "nothing", "search"]

NOTE = re.compile(
    r"^(?:please[\s,]+)?(?:(?:save|make|take|write|add|keep)(?:\s+me)?\s+(?:a\s+|this\s+|the\s+)?note"
    r"(?:\s+(?:that|saying|of|to|about))?\s*[:,–—-]?|(?:make\s+a\s+)?note\s*(?::|that\b)|remember\s*(?::|that\b))\s*(?P<text>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_TAIL = r"(?:[\s,]+(?:there|again|all|everyone|mainstem))?[\s!.?]*\Z"
_GREETING = re.compile(
    r"\W*(?:hello|hi|hey|hallo|good\s+(?:morning|afternoon|evening|day)|greetings|thanks|thank\s+you(?:\s+very\s+much)?)"
    + _TAIL,
    re.IGNORECASE,
)
_HELP = re.compile(
    r"\W*(?:(?:please\s+)?help(?:\s+me)?|what\s+can\s+(?:you|i)\s+(?:do|ask|help\s+(?:me\s+)?with|ask\s+you)"
    r"(?:\s+here)?|how\s+do(?:es)?\s+(?:this|you)\s+work|what\s+are\s+you|who\s+are\s+you)(?:\s+please)?[\s!.?]*\Z",
    re.IGNORECASE,
)


def intent(question: str) -> Intent:
    """What the question wants; *search* where it may be answered by the documents or their tables."""
    if NOTE.match(question):
        return "note"
    if arithmetic.expression(question):
        return "sum"
    if listing.asks_for_tables(question):
        return "tables"
    if _GREETING.match(question):
        return "greeting"
    if _HELP.match(question):
        return "help"
    if listing.asks_for_documents(question):
        return "documents"
    return "search" if names_something(question) else "nothing"


def names_something(query: str) -> bool:
    """Whether any word could tell one passage from another: an *a*, an *is* or a lone digit cannot."""
    return any(len(stem) > 1 or not stem.isdigit() for stem in stems(query))
