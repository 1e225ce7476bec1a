"""A table as the search tool describes it, and which of its names a question mentions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mainstem.models.stemming import stem, words
from mainstem.stores.knowledge.stop_words import STOP_WORDS

_NUMERIC = re.compile(r"INT|DOUBLE|FLOAT|REAL|DECIMAL|NUMERIC", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_EXTENSION = re.compile(r"\.(?:csv|tsv|parquet|sqlite3?|db|xlsx?)$", re.IGNORECASE)
_TABLE = "table csv tsv spreadsheet dataset parquet sqlite"
_ASKING = """data row record entry column value count number many total sum average mean maximum minimum max min highest
lowest largest smallest biggest greatest most least top first last list show give find get display different distinct
unique per each every by all over above under below than more less greater fewer exceeding between equal equals there
sorted order ordered overall old oldest young youngest cheapest dearest longest shortest latest earliest newest best
worst"""
_TABLE_WORDS = frozenset(stem(word) for word in _TABLE.split())
_ASKING_WORDS = _TABLE_WORDS | {stem(word) for word in _ASKING.split()}


def name_words(name: str) -> list[str]:
    """The stems of a table's or column's name: `netRevenue_2023.csv` is net, revenue, 2023."""
    return [stem(word) for word in words(_plain(name))]


def _plain(name: str) -> str:
    return _CAMEL.sub(" ", _EXTENSION.sub("", name)).replace("_", " ")


@dataclass(frozen=True)
class ColumnSchema:
    """A column and its SQL type."""

    name: str
    type: str

    @property
    def length(self) -> int:
        """How many words its name has: *net revenue* says more than *revenue*."""
        return len(name_words(self.name))

    @property
    def numeric(self) -> bool:
        """Whether it can be summed and compared with numbers."""
        return bool(_NUMERIC.search(self.type))

    @property
    def textual(self) -> bool:
        """Whether it holds text."""
        return "CHAR" in self.type.upper() or "TEXT" in self.type.upper()


@dataclass(frozen=True)
class TableSchema:
    """A table's name and its columns."""

    name: str
    columns: tuple[ColumnSchema, ...]

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "TableSchema":
        """A table from the `tables` entry of a search artifact."""
        columns: list[Mapping[str, Any]] = value.get("columns") or []
        return cls(
            str(value.get("name", "")),
            tuple(ColumnSchema(str(column.get("name", "")), str(column.get("type", ""))) for column in columns),
        )

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(part for name in (self.name, *(c.name for c in self.columns)) for part in name_words(name))

    def named_by(self, question: str) -> bool:
        """Whether every word of the table's name stands in the question."""
        return _within(name_words(self.name), _stems(question))

    def without_name(self, question: str) -> str:
        """The question with the table's name blanked out: the 2023 of `sales-2023` is no year that is asked for."""
        name = r"\W*".join(map(re.escape, words(_plain(self.name))))
        return re.sub(rf"\b{name}\b", lambda match: " " * len(match[0]), question, flags=re.IGNORECASE)

    def called_a_table(self, question: str) -> bool:
        """Whether the question names the table and speaks of a table, a CSV file or the like."""
        return self.named_by(question) and not _TABLE_WORDS.isdisjoint(_stems(question))

    def mentioned(self, question: str) -> list[ColumnSchema]:
        """The columns whose whole name stands in the question, in the order of the question."""
        asked = _stems(question)
        found = [column for column in self.columns if len(column.name) > 1 and _within(name_words(column.name), asked)]
        return sorted(found, key=lambda column: asked.index(name_words(column.name)[0]))

    def begins(self, text: str, column: ColumnSchema) -> bool:
        """Whether `text` begins with the name of `column`."""
        return _stems(text)[: column.length] == name_words(column.name)

    def unexplained(self, question: str) -> list[str]:
        """The content words of the question that are neither a name of this table nor a way of asking."""
        return [
            word
            for word in words(question)
            if word.lower() not in STOP_WORDS and stem(word) not in self._vocabulary and stem(word) not in _ASKING_WORDS
        ]


def _stems(text: str) -> list[str]:
    return [stem(word) for word in words(_CAMEL.sub(" ", text).replace("_", " "))]


def _within(name: list[str], asked: list[str]) -> bool:
    return bool(name) and set(name) <= set(asked)
