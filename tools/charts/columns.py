"""What each column of a result holds, as far as a chart must know: times, years, months, numbers or names."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

ColumnKind = Literal["time", "year", "month", "number", "text"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?",
    re.IGNORECASE,
)
_YEAR_MONTH = re.compile(r"\d{4}-\d{2}")
_YEARS = range(1000, 3000)
_KEY = re.compile(r"(?:.*[_\s])?(?:id|key|code|zip)|.*[a-z]I[Dd]", re.ASCII)


@dataclass(frozen=True)
class ChartColumn:
    """A column with its values; a value that a chart cannot show, such as NaN, is None."""

    name: str
    kind: ColumnKind
    values: tuple[object, ...]

    @property
    def is_along(self) -> bool:
        """Whether things go along it: its values have an order of their own."""
        return self.kind in ("time", "year", "month")

    @property
    def is_measure(self) -> bool:
        """Whether its numbers are amounts, and no keys."""
        return self.kind == "number" and not _KEY.fullmatch(self.name.strip())

    @property
    def distinct(self) -> list[object]:
        """Its values, each once, as they come."""
        return list(dict.fromkeys(self.values))


def columns_of(names: Sequence[str], rows: Sequence[Sequence[object]]) -> list[ChartColumn]:
    """The columns of a result."""
    found: list[ChartColumn] = []
    for at, name in enumerate(names):
        values = tuple(_shown(row[at]) for row in rows)
        found.append(ChartColumn(name, _kind(name, [value for value in values if value is not None]), values))
    return found


def place(column: ChartColumn, value: object) -> str | float:
    """Where a value stands on its column's axis: an ISO time without a zone, the month's number, or the value."""
    if column.kind == "time":
        return (moment(value) or datetime.min).isoformat()
    if column.kind == "month":
        return next((at for at, month in enumerate(_MONTHS) if label(value).lower().startswith(month)), -1)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else label(value)


def label(value: object) -> str:
    """A value as a name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)


def moment(value: object) -> datetime | None:
    """The time that a text in ISO's form tells, as it is written: a zone moves nothing."""
    if not isinstance(value, str):
        return None
    said = f"{value}-01" if _YEAR_MONTH.fullmatch(value) else value
    try:
        return datetime.fromisoformat(said).replace(tzinfo=None) if "-" in said else None
    except ValueError:
        return None


def _shown(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _kind(name: str, values: list[object]) -> ColumnKind:
    if not values:
        return "text"
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(values):
        return "year" if _are_years(name, numbers) else "number"
    if all(moment(value) for value in values):
        return "time"
    return "month" if all(isinstance(value, str) and _MONTH.fullmatch(value) for value in values) else "text"


def _are_years(name: str, numbers: list[int | float]) -> bool:
    """Whether numbers are years: called so, or whole and in steps of one."""
    if not all(number in _YEARS for number in numbers):
        return False
    return "year" in name.lower() or (len(numbers) > 3 and {b - a for a, b in pairwise(numbers)} == {1})
