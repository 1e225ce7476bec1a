"""Whether a question asks which tables there are, and nothing else."""

import re

from mainstem.models.stemming import stem, stems, words

_TABLES = frozenset({"tables", "datasets", "spreadsheets"})
_ASKED = "table dataset spreadsheet csv data list show give name tell available indexed exist have know see query ask"
_ASKING = frozenset(stem(word) for word in _ASKED.split())
_OPENING = re.compile(
    r"(?:please\s+)?(?:(?:can|could)\s+you\s+)?(?:list|show|give|name|tell|which|what(?!\s+are\s+tables)|how\s+many|"
    r"(?:are|is)\s+there|do\s+(?:you|i|we)\s+have|tables|datasets|spreadsheets)\b",
    re.IGNORECASE,
)


def asks_for_tables(question: str) -> bool:
    """*List the tables*, *which tables are there?*, but not *What is a table?* nor *list the tables about sales*."""
    asked = _TABLES.intersection(words(question.lower()))
    return bool(asked and _OPENING.match(question.strip())) and _ASKING.issuperset(stems(question))
