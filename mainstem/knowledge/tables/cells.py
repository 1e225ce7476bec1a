"""What a cell says: a number, a day, yes or no, that nothing is known, or words. Which one holds is for its column."""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

NUMBER, DAY, MOMENT, TRUTH, MISSING, WORDS = "number", "day", "moment", "truth", "missing", "words"

POINT, COMMA = "point", "comma"
"""How numbers are written: 1,234.50 or 1.234,50."""

ISO, DAY_FIRST, MONTH_FIRST, NAMED = "iso", "day first", "month first", "named"
"""How days are written: 2024-03-01, 01/03/2024, 03/01/2024, March 1, 2024."""

TRUTHS = {
    "true/false": ("true", "false"), "yes/no": ("yes", "no"), "y/n": ("y", "n"), "t/f": ("t", "f"),
    "✓/✗": ("✓", "✗"),
}  # fmt: skip
"""The words for yes and no, by how they are called."""

_MISSING = frozenset("- – — -- --- _ __ ___ na n/a n.a. nan null none ? . .. ... … tba tbd #n/a".split())  # noqa: SIM905
_PLAIN_WHOLE = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})")
_PLAIN_REAL = re.compile(r"[-+]?(?:(?:0|[1-9]\d{0,14})(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,2})?")
_GAP = "[ \u00a0\u202f]"
_DIGITS = re.compile(
    rf"(?P<bare>\d+|[1-9]\d{{0,2}}(?:(?:{_GAP}|['’])\d{{3}})+)|(?P<either>[1-9]\d{{0,2}}[.,]\d{{3}})"
    rf"|(?P<point>\d*\.\d+|[1-9]\d{{0,2}}(?:,\d{{2,3}})*,\d{{3}}(?:\.\d+)?"
    rf"|[1-9]\d{{0,2}}(?:(?:{_GAP}|['’])\d{{3}})+\.\d+)"
    rf"|(?P<comma>\d+,\d+|[1-9]\d{{0,2}}(?:\.\d{{3}})+(?:,\d+)?|[1-9]\d{{0,2}}(?:{_GAP}\d{{3}})+,\d+)"
)
_MONEY = r"(?:US\$|A\$|C\$|[$€£¥₹]|USD|EUR|GBP|CHF|NOK|SEK|DKK)"
_UNIT = r"(?:st|nd|rd|th|[kcm]?m|mi|ft|in|yd|k?g|mg|lbs?|oz|ms|s|min|h|hrs?|[kMGT]i?B|m²|km²|°[CF]?)(?!\w)"
_MARK = r"(?:\[\w{1,3}\]|\(\d\)|[*†‡§¹²³]+)"
_NUMBER = re.compile(
    rf"(?P<open>\(\s*)?(?P<sign>[-+−–]\s?)?(?P<before>{_MONEY})?\s*(?P<inner>\(\s*|[-−])?"
    rf"(?P<digits>[\d.,'’ \u00a0\u202f]*\d)\s?(?P<after>%|{_MONEY}|{_UNIT}|(?<=\s)[^\W\d_]{{1,12}}\.?)?"
    rf"(?P<close>\s*\))?\s*%?(?:\s*{_MARK})*"
)
_FOOTNOTES = re.compile(rf"(?:\s*{_MARK})+$")
_NO_UNITS = frozenset({"am", "pm", "a.m", "p.m", "bc", "ad"})
_SCALES = {"thousand": 1_000, "million": 1_000_000, "mn": 1_000_000, "billion": 1_000_000_000, "bn": 1_000_000_000}
_TIME = r"(?:[T ]+(?P<time>\d\d?:\d\d(?::\d\d(?:\.\d{1,6})?)?))?"
_ISO = re.compile(rf"(?P<y>\d{{4}})(?P<gap>[-/])(?P<m>\d\d?)(?P=gap)(?P<d>\d\d?){_TIME}")
_PARTS = re.compile(rf"(?P<a>\d\d?)(?P<gap>[/.-])(?P<b>\d\d?)(?P=gap)(?P<y>\d{{4}}){_TIME}")
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_NAMED = re.compile(
    rf"{_WEEKDAY}(?:(?P<d>\d\d?)(?:st|nd|rd|th)?[ -]+(?P<m>[a-z]{{3,9}})\.?,?[ -]+(?P<y>\d{{4}})"
    rf"|(?P<m2>[a-z]{{3,9}})\.?\s+(?P<d2>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}}))",
    re.IGNORECASE,
)
_MONTHS = tuple(
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_MISFIT_CHARS = 40
_CODE = re.compile(r"(?=\S*\d)(?:[^\W\d]|0\d)[\w./-]*")


class CellReading(NamedTuple):
    """What a cell may be: of its `kind`, in any of these `ways`.

    `plain` says that it is written as DuckDB reads it; `whole` names the ways in which a number has no fraction; `unit`
    is what stands beside a number (`$`, `%`, `km`), or the word that a truth is said by.
    """

    kind: str
    ways: frozenset[str] = frozenset()
    plain: bool = False
    whole: frozenset[str] = frozenset()
    unit: str = ""


_BOTH = frozenset({POINT, COMMA})
_ANY = frozenset[str]()


@lru_cache(maxsize=20_000)
def read(cell: str) -> CellReading:
    """What a cell (without blanks around it, not empty) may be."""
    if cell.lower() in _MISSING:
        return CellReading(MISSING)
    return _plain(cell) or _number(cell) or _day(cell) or _truth(cell) or _words(cell)


def month(name: str) -> int | None:
    """The number of a month, by its name or at least three letters of it."""
    name = name.lower().rstrip(".")
    said = "sep" if name == "sept" else name
    return next((at for at, full in enumerate(_MONTHS, 1) if len(said) > 2 and full.startswith(said)), None)


def number(cell: str, way: str, units: Collection[str] = ("",)) -> str:
    """A number as DuckDB reads it; empty where the cell is none that is written this way, with one of these units."""
    if _PLAIN_REAL.fullmatch(cell) and (way == POINT or "." not in cell):
        return cell
    reading, match = read(cell), _NUMBER.fullmatch(cell)
    if match is None or reading.kind != NUMBER or way not in reading.ways or reading.unit not in units:
        return ""
    digits = re.sub(rf"{_GAP}|['’]|{',' if way == POINT else '[.]'}", "", match["digits"]).replace(",", ".")
    negative = match["open"] or (match["inner"] or "").strip() or (match["sign"] or "").strip() in ("-", "−", "–")
    scale = _SCALES.get((match["after"] or "").lower().rstrip("."))
    return ("-" if negative else "") + (f"{Decimal(digits) * scale:f}" if scale else digits)


def day(cell: str, way: str) -> str:
    """A day, or a moment, in ISO form; empty where the cell is none."""
    cell = _FOOTNOTES.sub("", cell)
    return next((said for one, said in _days(cell) if one in (way, ISO, NAMED)), "")


def truth(cell: str, way: str) -> str:
    """`true` or `false`; empty where the cell is neither."""
    yes, no = TRUTHS[way]
    return {yes: "true", no: "false"}.get(cell.lower(), "")


def _plain(cell: str) -> CellReading | None:
    if _PLAIN_WHOLE.fullmatch(cell):
        return CellReading(NUMBER, _BOTH, plain=True, whole=_BOTH)
    if not _PLAIN_REAL.fullmatch(cell):
        return None
    either = _DIGITS.fullmatch(cell.lstrip("+-"))
    ways = _BOTH if either and either["either"] else frozenset({POINT})
    return CellReading(NUMBER, ways, plain=True, whole=ways - {POINT})


def _number(cell: str) -> CellReading | None:
    match = _NUMBER.fullmatch(cell)
    digits = match and _DIGITS.fullmatch(match["digits"])
    if not match or not digits or bool(match["close"]) != bool(match["open"] or (match["inner"] or "").strip() == "("):
        return None
    text = match["digits"]
    if (digits["bare"] and len(text) > 1 and text[0] == "0") or len(re.sub(r"\D", "", text)) > 18:
        return None
    after = (match["after"] or "").rstrip(".").lower()
    scale, after = _SCALES.get(after, 0), "" if after in _SCALES else after
    unit = (match["before"] or "").lower() or after or ("%" if "%" in cell else "")
    if unit in _NO_UNITS or month(unit) or (match["before"] and after not in ("", unit)):
        return None
    ways = _BOTH if digits["bare"] or digits["either"] else frozenset({digits.lastgroup or POINT})
    unit = "th" if unit in ("st", "nd", "rd") else unit
    return CellReading(
        NUMBER, ways, whole=frozenset(way for way in ways if not scale and _is_whole(text, way)), unit=unit
    )


def _is_whole(digits: str, way: str) -> bool:
    return ("." if way == POINT else ",") not in digits


def _day(cell: str) -> CellReading | None:
    bare = _FOOTNOTES.sub("", cell)
    said = dict(_days(bare))
    if not said:
        return None
    kind = MOMENT if ":" in next(iter(said.values())) else DAY
    return CellReading(kind, frozenset(said), plain=said.get(ISO, "").replace("T", " ") == cell.replace("T", " "))


def _days(cell: str) -> Iterator[tuple[str, str]]:
    """The days that a cell may mean, by the way in which it is read."""
    with suppress(ValueError):
        if match := _ISO.fullmatch(cell):
            yield ISO, _moment(match["y"], match["m"], match["d"], match["time"])
    if match := _PARTS.fullmatch(cell):
        with suppress(ValueError):
            yield DAY_FIRST, _moment(match["y"], match["b"], match["a"], match["time"])
        with suppress(ValueError):
            if match["gap"] != ".":
                yield MONTH_FIRST, _moment(match["y"], match["a"], match["b"], match["time"])
    if (match := _NAMED.fullmatch(cell)) and (number := month(match["m"] or match["m2"])):
        with suppress(ValueError):
            yield NAMED, _moment(match["y"] or match["y2"], str(number), match["d"] or match["d2"], None)


def _moment(year: str, month_: str, day_: str, clock: str | None) -> str:
    said = date(int(year), int(month_), int(day_)).isoformat()
    if not clock:
        return said
    moment = f"{said}T{clock.zfill(5) if clock.count(':') == 1 else clock}"
    datetime.fromisoformat(moment)
    return moment


def _truth(cell: str) -> CellReading | None:
    word = cell.lower()
    ways = frozenset(name for name, said in TRUTHS.items() if word in said)
    return CellReading(TRUTH, ways, plain=word in TRUTHS["true/false"], unit=word) if ways else None


def _words(cell: str) -> CellReading:
    """Words; `plain` where they can stand in a column of numbers for one that is not known, or not exactly: *retired*,
    *1990 to 1993*; a part's number such as A12 is a name, and so are those beside it.
    """
    return CellReading(WORDS, plain=len(cell) <= _MISFIT_CHARS and not _CODE.fullmatch(cell))
