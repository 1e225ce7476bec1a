"""Days, months, quarters, years and decades as people write them."""

import re
from datetime import date, timedelta

_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)}|{'|'.join(month[:3] for month in _MONTHS)})\.?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_DAY = r"(?P<day>\d\d?)(?:st|nd|rd|th)?"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}
_FORMS = [
    re.compile(pattern + r"\b", re.IGNORECASE)
    for pattern in (
        rf"(?P<year>\d{{4}})-(?P<digits>\d\d)-{_DAY}", rf"{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}", rf"{_MONTH},?\s+(?:of\s+)?{_YEAR}", r"(?P<decade>(?:1[5-9]|20)\d0)s",
        rf"(?:the\s+)?(?P<quarter>first|second|third|fourth|last)\s+quarter\s+(?:of\s+)?{_YEAR}",
        rf"q(?P<q>[1-4])\s+(?:of\s+)?{_YEAR}",
    )
]  # fmt: skip
_EACH_YEAR = re.compile(rf"(?:{'|'.join(_MONTHS)})\b|(?:{'|'.join(_WEEKDAYS)})s?\b", re.IGNORECASE)

Days = tuple[date, date]
"""A first and a last day."""


def days(question: str, start: int) -> tuple[int, Days] | None:
    """Where the words of a date end that begin at `start`, and its first and last day."""
    for pattern in _FORMS:
        if (match := pattern.match(question, start)) and (found := _between(match.groupdict())):
            return match.end(), found
    return None


def each_year(question: str, start: int) -> tuple[int, tuple[str, int, str]] | None:
    """Where a month or a day of the week without a year ends, and what part of a day it is: `month`, 2, February."""
    match = _EACH_YEAR.match(question, start)
    if not match or (match[0] == "may"):  # the month has a capital, *may* has none
        return None
    name = match[0].lower()
    for part, names in (("month", _MONTHS), ("isodow", _WEEKDAYS)):
        for at, full in enumerate(names, 1):
            if name in (full, f"{full}s"):
                return match.end(), (part, at, full.capitalize())
    return None


def year(value: float) -> Days | None:
    """The first and the last day of a year, where a number can be one."""
    return (date(int(value), 1, 1), date(int(value), 12, 31)) if value == int(value) and 1500 <= value < 2100 else None


def _between(said: dict[str, str | None]) -> Days | None:
    if decade := said.get("decade"):
        return date(int(decade), 1, 1), date(int(decade) + 9, 12, 31)
    year_ = int(said["year"] or 0)
    try:
        if name := said.get("quarter") or said.get("q"):
            first = 3 * (_QUARTERS[name.lower()] if said.get("quarter") else int(name)) - 2
            return date(year_, first, 1), _end(year_, first + 2)
        number = int(said.get("digits") or 0) or _month(said.get("month") or "")
        if day := said.get("day"):
            return date(year_, number, int(day)), date(year_, number, int(day))
        return date(year_, number, 1), _end(year_, number)
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(at for at, full in enumerate(_MONTHS, 1) if full.startswith(name.lower()[:3]))


def _end(year_: int, month: int) -> date:
    return date(year_ + month // 12, month % 12 + 1, 1) - timedelta(days=1)
