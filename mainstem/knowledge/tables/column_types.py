"""What a column is, decided by all of its cells: its type, how each cell is read, and what was not understood."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mainstem.knowledge.tables import cells
from mainstem.knowledge.tables.cells import CellReading

MISFITS = 10
"""One cell in so many may be no number (or no day) in a column of them; it stays as text, and is counted."""

TEXT = "VARCHAR"

_ENOUGH = 2_000  # cells after which a column that is mostly words is not looked at further
_NAMES = {"%": "percent", "th": "ordinal numbers"}
_ISO = frozenset({cells.ISO, cells.NAMED})


@dataclass(frozen=True)
class ColumnType:
    """A column's DuckDB type; `convert` gives a cell as DuckDB reads it (None: as it stands), empty where it is not one
    of the type: `unread` of them. `read_as` and `note` are for people.
    """

    type: str = TEXT
    convert: Callable[[str], str] | None = None
    read_as: str = ""
    note: str = ""
    unread: int = 0


@dataclass
class ColumnCounter:
    """Counts what the cells of one column may be."""

    counts: Counter[CellReading] = field(default_factory=Counter[CellReading])
    examples: dict[CellReading, str] = field(default_factory=dict[CellReading, str])
    seen: int = 0
    words: int = 0

    def add(self, cell: str) -> None:
        """Count one cell; blanks around it, and empty ones, say nothing."""
        if (self.seen > _ENOUGH and self.words > self.seen // 2) or not (cell := cell.strip()):
            return
        reading = cells.read(cell)
        self.seen += 1
        self.counts[reading] += 1
        self.words += reading.kind == cells.WORDS
        self.examples.setdefault(reading, cell)

    def decided(self, usual: str = cells.POINT) -> ColumnType:
        """The type that the cells allow; text where they allow none. `usual` is how the table writes its numbers."""
        known = {reading: n for reading, n in self.counts.items() if reading.kind != cells.MISSING}
        kinds: Counter[str] = Counter()
        for reading, n in known.items():
            kinds[cells.DAY if reading.kind == cells.MOMENT else reading.kind] += n
        if not kinds:
            return ColumnType()
        kind = kinds.most_common(1)[0][0]
        if kind == cells.NUMBER:
            return self._numbers(known, usual)
        decide = {cells.DAY: self._days, cells.TRUTH: self._truths}.get(kind)
        return decide(known) if decide else ColumnType()

    def ways(self) -> set[str]:
        """How its numbers are written, as far as one of them can be read in one way only."""
        return {
            way
            for reading in self.counts
            if reading.kind == cells.NUMBER and len(reading.ways) == 1
            for way in reading.ways
        }

    def _numbers(self, known: dict[CellReading, int], usual: str) -> ColumnType:
        numbers = {reading: n for reading, n in known.items() if reading.kind == cells.NUMBER}
        unit = _most(numbers, lambda reading: [reading.unit])
        # Accounts print a $ in some rows only; any other sign means another thing where it is missing.
        units = {unit, ""} if _is_money(unit) else {unit}
        if not unit and (signs := {reading.unit for reading in numbers if _is_money(reading.unit)}):
            unit = next(iter(sorted(signs)))
            units = {unit, ""}
        same = {reading: n for reading, n in numbers.items() if reading.unit in units}
        first = usual if any(reading.whole < reading.ways for reading in same) else cells.POINT
        way = _most(same, lambda reading: sorted(reading.ways, key=lambda each: each != first))
        fit = {reading for reading in same if way in reading.ways}
        if refused := self._refused(known, fit, "numbers in different forms"):
            return refused
        sql = "BIGINT" if all(way in reading.whole for reading in fit) else "DOUBLE"
        if len(fit) == len(self.counts) and way == cells.POINT and all(reading.plain for reading in fit):
            return ColumnType(sql)
        told = [_unit(unit)] if unit else []
        told += ["decimal comma"] if way == cells.COMMA else []
        return self._typed(
            sql,
            lambda cell: cells.number(cell, way, units),
            ", ".join(told) or "numbers",
            known,
            fit,
            "no such numbers",
        )

    def _days(self, known: dict[CellReading, int]) -> ColumnType:
        days = {reading: n for reading, n in known.items() if reading.kind in (cells.DAY, cells.MOMENT)}
        covered = {way: sum(n for reading, n in days.items() if _reads(reading, way)) for way in _WAYS}
        way = max(_WAYS, key=lambda each: covered[each])
        fit = {reading for reading in days if _reads(reading, way)}
        if len(set(covered.values())) == 1 and not all(reading.ways & _ISO for reading in fit):
            return ColumnType(note="day and month cannot be told apart in its dates: left as text")
        if refused := self._refused(known, fit, "some dates have the day first and some the month"):
            return refused
        sql = "DATE" if all(reading.kind == cells.DAY for reading in fit) else "TIMESTAMP"
        if len(fit) == len(self.counts) and all(reading.plain for reading in fit):
            return ColumnType(sql)
        said = "dates" if all(reading.ways & _ISO for reading in fit) else f"dates, {way}"
        return self._typed(sql, lambda cell: cells.day(cell, way), said, known, fit, "no such dates")

    def _truths(self, known: dict[CellReading, int]) -> ColumnType:
        way = _most(known, lambda reading: sorted(reading.ways))
        fit = {reading for reading in known if way in reading.ways}
        # A lone letter may mean anything: only both of them are an answer.
        if fit != set(known) or (len(way) == len("y/n") and len(fit) == 1):
            return ColumnType()
        if len(fit) == len(self.counts) and all(reading.plain for reading in fit):
            return ColumnType("BOOLEAN")
        return ColumnType("BOOLEAN", lambda cell: cells.truth(cell, way), way)

    def _refused(self, known: dict[CellReading, int], fit: set[CellReading], why: str) -> ColumnType | None:
        """Text, where too much does not fit, or what does not fit looks like a name."""
        odd = {reading: n for reading, n in known.items() if reading not in fit}
        if sum(odd.values()) * MISFITS <= sum(known.values()) and not any(map(_is_code, odd)):
            return None
        mixed = not any(reading.kind == cells.WORDS for reading in odd)
        return ColumnType(note=f"{why}: left as text" if mixed else "")

    def _typed(
        self,
        sql: str,
        convert: Callable[[str], str],
        read_as: str,
        known: dict[CellReading, int],
        fit: set[CellReading],
        what: str,
    ) -> ColumnType:
        odd = [reading for reading in known if reading not in fit]
        unread = sum(known[reading] for reading in odd)
        shown = ", ".join(self.examples[reading][:30] for reading in odd[:3])
        return ColumnType(
            sql, convert, read_as, f"{unread} are {what} and stay as text ({shown})" if odd else "", unread
        )


_WAYS = (cells.DAY_FIRST, cells.MONTH_FIRST)


def _reads(reading: CellReading, way: str) -> bool:
    """Whether a day can be read in a way; one in ISO form, or with its month's name, in any."""
    return bool(reading.ways & {way, *_ISO})


def _most(known: dict[CellReading, int], keys: Callable[[CellReading], Iterable[str]]) -> str:
    """The key that most of the cells have; of those that are as frequent, the first."""
    counted: Counter[str] = Counter()
    for reading, n in known.items():
        for key in keys(reading):
            counted[key] += n
    return counted.most_common(1)[0][0]


def _is_code(reading: CellReading) -> bool:
    return reading.kind == cells.WORDS and not reading.plain


def _is_money(unit: str) -> bool:
    return bool(unit) and not unit.isalpha() and unit != "%"


def _unit(unit: str) -> str:
    return _NAMES.get(unit) or (f"money, {unit}" if _is_money(unit) else f"numbers, {unit}")


def decided(rows: Iterable[list[str]]) -> list[ColumnType]:
    """The type of each column of `rows`, which may be of different lengths."""
    counters: list[ColumnCounter] = []
    for row in rows:
        while len(counters) < len(row):
            counters.append(ColumnCounter())
        for counter, cell in zip(counters, row, strict=False):
            counter.add(cell)
    # 2.662 is two thousand where another column has 2.086,22
    ways = set[str]().union(*(counter.ways() for counter in counters))
    usual = cells.COMMA if ways == {cells.COMMA} else cells.POINT
    return [counter.decided(usual) for counter in counters]
