"""A table as a search describes it, and how its columns are told apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mainstem.models.stemming import stem
from mainstem.stores.knowledge import RAW, TOTALS, Column

_NUMERIC = re.compile(r"INT|DOUBLE|FLOAT|REAL|DECIMAL|NUMERIC")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ADDITIVE = "revenue sale amount cost profit income expense spend quantity unit turnover budget".split()  # noqa: SIM905
_ADDED_UP = frozenset(stem(word) for word in _ADDITIVE)
_UNIT_PRICES = frozenset({stem("price"), stem("rate")})
"""What is of one thing each: the sum over several rows is no price of anything."""

_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b")
_KEYS = ("name", "title")


def name_stems(name: str) -> tuple[str, ...]:
    """The stems of a name or a value, without what stands in brackets: `netRevenue_2023 [a]` is net, revenue, 2023."""
    bare = _ASIDE.sub(" ", name)
    return tuple(stem(word) for word in _WORD.findall(_CAMEL.sub(" ", bare if _WORD.search(bare) else name)))


@dataclass(frozen=True)
class ColumnSchema(Column):
    """A column as a search describes it, and what its name and type say of it."""

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of its name."""
        return name_stems(self.name)

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

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "TableSchema":
        """A table from the `tables` that a search found."""
        every = [_column(column) for column in _items(value.get("columns"))]
        totals = next((column.name for column in every if column.read_as == TOTALS), None)
        columns = tuple(column for column in every if column.read_as not in (RAW, TOTALS))
        sample = tuple(tuple(map(str, row)) for row in _items(value.get("sample")))
        return cls(str(value.get("name", "")), columns, int(value.get("rows") or 0), totals, sample)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of its name."""
        return name_stems(self.name)

    @cached_property
    def key(self) -> ColumnSchema | None:
        """The column that names what a row is about."""
        named = [column for column in self.columns if column.stems == self.stems or column.name.lower() in _KEYS]
        texts = [column for column in self.columns if column.type == "VARCHAR"]
        unique = [column for column in texts if column.distinct is not None and column.distinct == self.rows]
        return next(iter([*named, *unique[:1], *texts[:1]]), None)

    def one(self, *wanted: str) -> ColumnSchema | None:
        """The only column with this property (`is_day`, `is_year` …); None where there are several, or none."""
        found = [column for column in self.columns if any(getattr(column, each) for each in wanted)]
        return found[0] if len(found) == 1 else None


def _column(said: Mapping[str, Any]) -> ColumnSchema:
    return ColumnSchema(
        str(said.get("name", "")), str(said.get("type", "")), said.get("raw"), str(said.get("read_as") or ""),
        tuple(map(str, said.get("values") or ())), said.get("distinct"), int(said.get("unread") or 0),
    )  # fmt: skip


def _items(said: Any) -> list[Any]:
    return list(said or ())
