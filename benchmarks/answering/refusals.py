"""Whether an answer says that it has none."""

import re

from benchmarks.answering.shown import prose

_LOOKED_AT = 240
_PLAINLY = re.compile(
    r"\bi (?:found|have found|know|see) (?:nothing|no )|\bi was asked nothing|\bno word in this question"
    r"|\bi (?:could|can|do|did|was|am)(?: ?not|n['’]t)(?: able to)? "
    r"(?:find|answer|know|see|understand|tell|say|compute|have|determine|work)"
    r"|\bi(?: am|['’]m) (?:not sure|unable)"
    r"|\b(?:nothing|no (?:information|answer|mention|passages?|documents?|source))\b"
    r".{0,60}\b(?:found|available|answers?|about|says?)\b"
    r"|\b(?:documents?|passages?|context|sources?|files?|text|tables?) (?:do|does|did)(?: not|n['’]t) "
    r"(?:say|mention|contain|answer|state|tell|hold|include|provide|specify|give)"
    r"|\bnot (?:understood|mentioned|stated|specified|provided in)\b|\bunderstood (?:nothing|no )|\bcannot be answered",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"\bno (?:such )?rows?\b|\bno rows? (?:that )?match|\bthere (?:is|are) no\b|\bnone\b", re.IGNORECASE
)
_MARK = re.compile(r"\[\d+\]|【\d+】|\[\^\d+\]")


def refused(text: str) -> bool:
    """Whether it says plainly, at its beginning and citing nothing there, that nothing was found or understood."""
    opening = prose(text)[:_LOOKED_AT].strip()
    first = text.strip().split("\n\n", 1)[0]
    return not opening or (bool(_PLAINLY.search(opening)) and not _MARK.search(first))


def empty(text: str) -> bool:
    """Whether it says that nothing matches: right where there is nothing, and else as wrong as another value."""
    return bool(_EMPTY.search(prose(text)[:_LOOKED_AT]))
