"""What kind of thing a question asks for: a number, a price, a time, a person …"""

import re
from typing import Literal

from mainstem.models.stemming import stem

Kind = Literal[
    "number",
    "age",
    "price",
    "length",
    "weight",
    "duration",
    "frequency",
    "time",
    "year",
    "month",
    "person",
    "place",
    "colour",
    "language",
]

_PRICED = r"\b(?:costs?|prices?|pa(?:y|id|ys)|charged?s?|fees?|fares?|rent|salary|earns?|spen[dt]|worth|expensive)\b"
_TIMES = r"date|century|decade|day|weekday|time(?! zone)"
_BEFORE_WHEN = r"\A\W*(?:(?:and|until|till|since|by|from|before|after|for|up to)\s+)*"
_BEFORE_WHO = r"\A\W*(?:(?:and|by|to|for|from|with|of)\s+)*"
_MEASURE = (
    r"(?:limit|number|count|capacity|height|width|depth|speed|rate|temperature|population|percentage|age|budget|turnover"
    r"|amount|sales|earnings per share|assets|revenue|profit|income|deficit|voltage|altitude|threshold|maximum|minimum"
    r"|average|total|sum)s?"
    r"(?= (?:of|in|for|on|at|per)\b|\W*\Z)"
)
_SUMS = r"(?:fees?|fares?|rents?|deposits?|wages?|premiums?|tuition)(?:\W+(?:of|for|in|per|an?|amount|come)\b|\W*\Z)"
_ASKED: list[tuple[Kind, str]] = [
    ("price", r"\bhow much\b.*" + _PRICED),
    ("price", r"\bhow much (?:is|are|was|were|would) (?:an?|the|it|one|each|your|my)\b|\bhow expensive\b"),
    ("price", r"\bwhat (?:do|does|did|will|would)\b.*\bcosts?\b(?! of)"),
    ("price", rf"\bwhat (?:(?:is|are|was|were) (?:the|my|your)|does|do|did)\b.*\b{_SUMS}"),
    ("language", r"\b(?:what|which) languages?\b"),
    ("colour", r"\b(?:what|which) colou?r\b"),
    ("age", r"\bhow old\b"),
    ("number", r"\bhow (?:many|much|fast|big|large)\b"),
    ("length", r"\bhow (?:far|high|tall|deep|wide|thick)\b"),
    ("weight", r"\bhow heavy\b|\bwhat (?:do|does|did|will|would)\b.*\bweigh\b"),
    ("duration", r"\bhow (?:long|quickly)\b"),
    ("frequency", r"\bhow often\b"),
    ("year", r"\b(?:what|which) year\b"),
    ("month", r"\b(?:what|which) month\b"),
    ("time", rf"{_BEFORE_WHEN}when\b|\b(?:what|which) (?:{_TIMES})\b|\bhow (?:soon|early|late)\b"),
    ("number", rf"\A\W*what (?:is|are|was|were) (?:the |its |their )?(?:[\w-]+ ){{0,3}}?{_MEASURE}"),
    ("person", rf"{_BEFORE_WHO}(?:who|whom|whose)\b"),
    ("place", r"\A\W*(?:(?:and|from|to)\s+)*where\b"),
]
_KINDS: list[tuple[Kind, re.Pattern[str]]] = [(kind, re.compile(words, re.IGNORECASE)) for kind, words in _ASKED]
_MEASURED = re.compile(
    r"\bhow (old|fast|big|large|far|high|tall|deep|wide|thick|heavy|long|often|soon|quickly|early|late)\b"
    r"(?: an? (\w+))?",
    re.IGNORECASE,
)


def expected(question: str) -> Kind | None:
    """The kind of thing that answers the question; None where its words do not tell."""
    for kind, asked in _KINDS:
        if asked.search(question):
            return kind
    return None


def measured(question: str) -> str:
    """The word by which it asks for a measure, as *long* in *how long*; empty where there is none."""
    found = _MEASURED.search(question)
    return found[1].lower() if found else ""


def asking_words(question: str) -> frozenset[str]:
    """The stems of the words by which it asks for a measure or a price: what answers it need not say them again."""
    price = re.findall(_PRICED, question, re.IGNORECASE) if expected(question) == "price" else []
    load = _MEASURED.search(question)  # how heavy a load
    return frozenset(map(stem, [*price, measured(question), (load and load[2]) or ""]))
