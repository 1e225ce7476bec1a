"""A span of a question: some words, and what they mean for a table."""

from dataclasses import dataclass
from typing import Any

from mainstem.models.extractive.schema import ColumnSchema

TABLE, COLUMN, VALUE, NUMBER, DAYS, PART, UNKNOWN = "table", "column", "value", "number", "days", "part", "unknown"
"""Labels that are no words of the lexicon."""


@dataclass(frozen=True)
class Span:
    """Some words (`text`) and what they mean: `label`, and `value` and `column` by it.

    `is_joined` by *and*, *or* or a comma to what is before; `is_subject` behind *do*: *What did the repairs cost?* asks
    for no repairs; `unit` of a number that says one.
    """

    text: str
    label: str
    value: Any = None
    column: ColumnSchema | None = None
    is_joined: bool = False
    is_subject: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Token:
    """A word or a number of a question, and where it stands."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """In lower case, with a straight apostrophe."""
        return self.text.lower().replace("’", "'")
