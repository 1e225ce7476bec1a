"""A table as a search describes it, and how its columns are told apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mainstem.models.extractive.lexicon import MONEY, ORDINAL_NAMES, PLACES, PRICES, UNITS
from mainstem.models.stemming import is_past, stem
from mainstem.stores.knowledge import RAW, TOTALS, Column

_NUMERIC = re.compile(r"INT|DOUBLE|FLOAT|REAL|DECIMAL|NUMERIC")
_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z])")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_UNIT = re.compile(r"[^\W_]+|[€$£%]")
_ADDITIVE = "revenue sale amount cost profit income expense spend quantity unit turnover budget".split()  # noqa: SIM905
_ADDED_UP = frozenset(stem(word) for word in _ADDITIVE)
_UNIT_PRICES = frozenset({stem("price"), stem("rate")})
"""What is of one thing each: the sum over several rows is no price of anything."""

_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b")
_MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
_PERSON = re.compile(r"(?:\w{2,4}\. )?[A-Z][\w'’-]+\.?(?: [A-Z][\w'’.-]*)+")
_DIGIT = re.compile(r"\d")
YEAR_NAME = re.compile(r"\b(?:19|20)\d\d\b")
"""A year in the name of a column."""

_KEYS = ("name", "title")
_NUMBERED = frozenset({"id", "no", stem("number"), stem("code")})


def name_stems(name: str, *, whole: bool = False) -> tuple[str, ...]:
    """The stems of a name or a value, without what stands in brackets: `netRevenue_2023 [a]` is net, revenue, 2023.

    `whole`: with what stands there.
    """
    bare = name if whole else _ASIDE.sub(" ", name)
    return tuple(stem(word) for word in _WORD.findall(_CAMEL.sub(" ", bare if _WORD.search(bare) else name)))


@dataclass(frozen=True)
class ColumnSchema(Column):
    """A column as a search describes it, and what its name and type say of it."""

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of its name."""
        return name_stems(self.name)

    @cached_property
    def told(self) -> tuple[str, ...]:
        """The stems by which it is spoken of: *seats* of those sold."""
        is_done = len(self.stems) > 1 and is_past(_WORD.findall(self.name)[-1])
        return self.stems[:-1] if is_done else self.stems

    @cached_property
    def units(self) -> frozenset[str]:
        """The units that its name or its cells say its numbers are in."""
        return frozenset(UNITS[word] for word in _UNIT.findall(f"{self.name} {self.read_as}".lower()) if word in UNITS)

    @property
    def is_number(self) -> bool:
        """Whether it can be summed and compared with numbers."""
        return bool(_NUMERIC.search(self.type))

    @property
    def is_day(self) -> bool:
        """Whether it holds days or moments."""
        return self.type.startswith(("DATE", "TIMESTAMP"))

    @property
    def is_truth(self) -> bool:
        """Whether it holds yes and no."""
        return self.type == "BOOLEAN"

    @property
    def is_year(self) -> bool:
        """Whether it holds years as numbers."""
        return self.is_number and bool({"year", "season"} & set(self.stems))

    @cached_property
    def is_month(self) -> bool:
        """Whether it holds months as text: 2024-03."""
        return self.type == "VARCHAR" and bool(self.values) and all(map(_MONTH.fullmatch, self.values))

    @property
    def tells_when(self) -> bool:
        """Whether it holds days, months or years."""
        return self.is_day or self.is_year or self.is_month

    @property
    def is_money(self) -> bool:
        """Whether it holds amounts of money."""
        return self.is_number and bool(self.units & MONEY or PRICES & set(self.stems))

    @property
    def is_ordinal(self) -> bool:
        """Whether its numbers are no amounts, but say which row it is."""
        return bool(ORDINAL_NAMES & set(self.stems))

    @property
    def adds_up(self) -> bool:
        """Whether the sum over several rows is what one asks for by its name."""
        is_amount = self.read_as.startswith("money") or bool(_ADDED_UP & set(self.stems))
        return self.is_number and is_amount and not self.is_unit_price

    @property
    def is_unit_price(self) -> bool:
        """Whether its amounts are of one thing each."""
        return self.is_number and bool(_UNIT_PRICES & set(self.stems))

    @property
    def is_place(self) -> bool:
        """Whether it tells where something is."""
        return bool(PLACES & set(self.stems))

    @property
    def is_clock(self) -> bool:
        """Whether it holds times of the day as text."""
        return self.type == "VARCHAR" and any(map(_CLOCK.search, self.values))


@dataclass(frozen=True)
class TableSchema:
    """A table's name, its columns, those that were added to them aside, and its first rows."""

    name: str
    columns: tuple[ColumnSchema, ...]
    rows: int = 0
    totals: str | None = None
    sample: tuple[tuple[str, ...], ...] = ()
    file: str = ""
    """The name of the file that it stands in, without its ending."""

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "TableSchema":
        """A table from the `tables` that a search found."""
        every = [_column(column) for column in _items(value.get("columns"))]
        totals = next((column.name for column in every if column.read_as == TOTALS), None)
        columns = tuple(column for column in every if column.read_as not in (RAW, TOTALS))
        sample = tuple(tuple(map(str, row)) for row in _items(value.get("sample")))
        file = str(value.get("document") or "").rpartition("/")[2].partition(".")[0]
        return cls(str(value.get("name", "")), columns, int(value.get("rows") or 0), totals, sample, file)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of its name."""
        return name_stems(self.name)

    @cached_property
    def key(self) -> ColumnSchema | None:
        """The column that names what a row is about."""
        named = [column for column in self.columns if self._is_named(column)]
        texts = [column for column in self.columns if column.type == "VARCHAR"]
        unique = [column for column in texts if self.is_unique(column)]
        return next(iter([*named, *unique[:1], *texts[:1]]), None)

    @cached_property
    def naming(self) -> tuple[ColumnSchema, ...]:
        """The columns that say which row it is: the key, and behind a code (A-12) what it stands for; or all."""
        if self.key is None or not (self._is_named(self.key) or self.is_unique(self.key)):
            return self.columns if self.key else ()
        place = self.columns.index(self.key)
        is_code = self.key.is_number or any(map(_DIGIT.search, [row[place] for row in self.sample if place < len(row)]))
        texts = [column for column in self.columns if column.type == "VARCHAR" and column != self.key]
        return (self.key, *texts[:1]) if is_code else (self.key,)

    def names_rows(self, column: ColumnSchema) -> bool:
        """Whether a column's name says no more than *rows*: each row has its own."""
        is_own = self.is_unique(column) or (
            self._is_named_by(column) and 2 * (column.distinct or self.rows) > self.rows
        )
        return column == self.key and is_own

    def _is_named(self, column: ColumnSchema) -> bool:
        return column.name.lower() in _KEYS or self._is_named_by(column)

    def _is_named_by(self, column: ColumnSchema) -> bool:
        """Whether a column is called as its table is: `ticket_id` of the support tickets."""
        named = set(column.stems) - _NUMBERED
        return column.stems == self.stems or (bool(named) and named < set(column.stems) and named <= set(self.stems))

    def is_unique(self, column: ColumnSchema) -> bool:
        """Whether each row has a value of its own there."""
        return column.distinct is not None and column.distinct == self.rows

    @property
    def words(self) -> frozenset[str]:
        """The words, in lower case, of its name, its columns' and their values."""
        names = [
            self.name,
            *(column.name for column in self.columns),
            *(value for each in self.columns for value in each.values),
        ]
        return frozenset(word.lower() for name in names for word in _WORD.findall(name))

    def one(self, *wanted: str) -> ColumnSchema | None:
        """The only column with this property (`is_day`, `is_year` …); None where there are several, or none."""
        found = [column for column in self.columns if any(getattr(column, each) for each in wanted)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def people(self) -> tuple[ColumnSchema, ...]:
        """The columns that hold names of people, as far as its first rows show it."""
        cells = zip(*self.sample, strict=False) if self.sample else iter(())
        return tuple(
            column
            for column, shown in zip(self.columns, cells, strict=False)
            if column.type == "VARCHAR" and all(map(_PERSON.fullmatch, shown))
        )


def _column(said: Mapping[str, Any]) -> ColumnSchema:
    return ColumnSchema(
        str(said.get("name", "")), str(said.get("type", "")), said.get("raw"), str(said.get("read_as") or ""),
        tuple(map(str, said.get("values") or ())), said.get("distinct"), int(said.get("unread") or 0),
    )  # fmt: skip


def _items(said: Any) -> list[Any]:
    return list(said or ())
