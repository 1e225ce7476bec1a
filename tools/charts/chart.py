"""Which chart says a result: its axes, its series, its points. Pure; nothing is added up that the query did not."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mainstem.text import one_line, short

from .columns import ChartColumn, columns_of, label, place

ChartKind = Literal["bar", "line", "point", "area"]

MOST_BARS = 20
"""Names that bars are drawn for; of more, the highest."""

MOST_SERIES = 10
MOST_PANELS = 6

UPRIGHT_BARS = 12
"""More bars than this, or longer names than `UPRIGHT_CHARS`, lie on their side."""

UPRIGHT_CHARS = 12
_SCALES_APART = 20.0
_MOST_MEASURES = 4
_HEADING_CHARS = 60


class ChartError(Exception):
    """What was asked for cannot be drawn. `str(error)` is one line that says why."""


@dataclass(frozen=True)
class Wish:
    """What a caller wants of a chart: names of columns, and None for what it leaves open."""

    kind: ChartKind | None = None
    x: str | None = None
    y: str | None = None
    series: str | None = None


@dataclass(frozen=True)
class Chart:
    """What is drawn: `points` with their `x`, `y`, and where there are any `series` and `panel`."""

    kind: ChartKind
    x: ChartColumn
    y: str
    series: str | None
    panel: str | None
    points: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    left_out: str = ""
    """What is not drawn, as a sentence."""

    @property
    def names(self) -> list[Any]:
        """The places along x, each once, in the order in which they are drawn."""
        found = list(dict.fromkeys(point["x"] for point in self.points))
        return sorted(found, key=lambda name: place(self.x, name)) if self.x.is_along else found

    @property
    def lies(self) -> bool:
        """Whether bars lie on their side, for the sake of their names."""
        names = self.names
        wide = len(names) > UPRIGHT_BARS or any(len(str(name)) > UPRIGHT_CHARS for name in names)
        return self.kind == "bar" and not self.x.is_along and wide

    def words(self) -> str:
        """What it shows: *a bar chart of revenue by region*."""
        kind = {"point": "a scatter plot", "area": "an area chart"}.get(self.kind, f"a {self.kind} chart")
        by = [heading(name) for name in (self.x.name, self.series, self.panel) if name]
        return f"{kind} of {heading(self.y)} by {' and '.join(filter(None, (', '.join(by[:-1]), by[-1])))}"


def heading(name: str) -> str:
    """A column's name as it stands in a chart: a computed column is called like its whole expression."""
    return short(one_line(name), _HEADING_CHARS)


def chart_of(names: Sequence[str], rows: Sequence[Sequence[object]], wish: Wish | None = None) -> Chart | None:
    """The chart that says these rows; None where none does and the table is better. Raises `ChartError` for a wish."""
    columns, wish = columns_of(names, rows), wish or Wish()
    x_wanted, y, series = (_named(columns, name) for name in (wish.x, wish.y, wish.series))
    if y and y.kind not in ("number", "year"):
        raise ChartError(f"The column {heading(y.name)!r} holds no numbers: y must be one that does.")
    if len(rows) < 2:
        return None
    taken = [column for column in (x_wanted, series) if column]
    measures = [y] if y else [column for column in columns if column.is_measure and column not in taken]
    x = x_wanted or _along(columns, measures)
    measures = [column for column in measures if column is not x]
    if x is None or not measures:
        return None
    split = [series] if series else _split(columns, x)
    together = _together(measures) if not split and not wish.y else measures[:1]
    chart = _several(x, together) if len(together) > 1 else _one(x, together[0], split)
    return _fitting(chart, wish.kind) if chart else None


def _named(columns: Sequence[ChartColumn], name: str | None) -> ChartColumn | None:
    if name is None:
        return None
    exact = [column for column in columns if column.name == name]
    found = next((column for column in [*exact, *columns] if column.name.lower() == name.lower()), None)
    if found is None:
        there = ", ".join(heading(column.name) for column in columns)
        raise ChartError(f"There is no column {heading(name)!r} in the result: it has {there}.")
    return found


def _along(columns: Sequence[ChartColumn], measures: Sequence[ChartColumn]) -> ChartColumn | None:
    """What the others go along: times, else the names that differ most, else the first of several numbers."""
    along = next((column for column in columns if column.is_along and column not in measures), None)
    if along and len(along.distinct) > 1:
        return along
    names = [column for column in columns if column.kind == "text" and len(column.distinct) > 1]
    if names:
        return max(names, key=lambda column: len(column.distinct))
    return measures[0] if len(measures) > 1 and not along else None


def _split(columns: Sequence[ChartColumn], x: ChartColumn) -> list[ChartColumn]:
    """The other columns that tell rows apart. Where x does that alone, one with few values still gives colours."""
    others = [c for c in columns if c is not x and (c.kind == "text" or c.is_along) and len(c.distinct) > 1]
    if len(x.distinct) < len(x.values):
        return sorted(others, key=lambda column: -len(column.distinct))
    return [c for c in others if len(c.distinct) <= min(MOST_SERIES, len(x.values) / 2)][:1]


def _together(measures: Sequence[ChartColumn]) -> Sequence[ChartColumn]:
    """The measures that can share an axis: the first one alone where the others would be flat, or it would."""
    tops = [max((abs(value) for value in _numbers(column)), default=0.0) for column in measures]
    alike = min(tops) > 0 and max(tops) / min(tops) <= _SCALES_APART
    return measures if alike and len(measures) <= _MOST_MEASURES else measures[:1]


def _numbers(column: ChartColumn) -> list[float]:
    return [float(value) for value in column.values if isinstance(value, int | float)]


def _several(x: ChartColumn, measures: Sequence[ChartColumn]) -> Chart | None:
    if x.kind == "number":  # points against the first of several numbers: the second says what of
        return _one(x, measures[0], [])
    points = [
        {"x": _name(x, at), "y": column.values[at], "series": column.name}
        for at in range(len(x.values))
        for column in measures
    ]
    return Chart("bar", x, ", ".join(column.name for column in measures), "", None, points)


def _one(x: ChartColumn, y: ChartColumn, split: Sequence[ChartColumn]) -> Chart | None:
    limits = zip(split, (MOST_SERIES, MOST_PANELS), strict=False)
    if len(split) > 2 or any(len(column.distinct) > most for column, most in limits):
        return None
    keys = ("series", "panel")
    points = [
        {"x": _name(x, at), "y": y.values[at]}
        | {key: label(column.values[at]) for key, column in zip(keys, split, strict=False)}
        for at in range(len(x.values))
    ]
    series, panel = [*(column.name for column in split), None, None][:2]
    return Chart("bar", x, y.name, series, panel, points)


def _name(x: ChartColumn, at: int) -> Any:
    value = x.values[at]
    return value if x.kind in ("number", "year") or value is None else label(value)


def _fitting(chart: Chart, wanted: ChartKind | None) -> Chart | None:
    """The chart in the kind that fits it; None where points lie upon each other, or too few are there."""
    is_text = chart.x.kind == "text"
    known = [p for p in chart.points if p["y"] is not None and (p["x"] is not None or is_text)]
    known = [point | {"x": label(point["x"])} if is_text else point for point in known]
    if len({point["x"] for point in known}) < 2:
        return None
    kind = wanted or ("bar" if is_text else "point" if chart.x.kind == "number" else "line")
    apart = {(point["x"], point.get("series"), point.get("panel")) for point in known}
    if len(apart) < len(known) and kind != "point":
        if wanted or chart.x.kind not in ("time", "year", "number"):
            return None
        kind = "point"
    return _highest(replace(chart, kind=kind, points=known))


def _highest(chart: Chart) -> Chart:
    """The chart with bars for the highest names alone, where there are too many to read."""
    names = chart.names
    if chart.kind != "bar" or len(names) <= MOST_BARS:
        return chart
    if chart.x.is_along:
        return replace(chart, kind="line")
    sums = dict.fromkeys(names, 0.0)
    for point in chart.points:
        sums[point["x"]] += point["y"]
    most = sorted(names, key=lambda name: -sums[name])[:MOST_BARS]
    order = {name: at for at, name in enumerate(most)}
    kept = sorted((point for point in chart.points if point["x"] in order), key=lambda point: order[point["x"]])
    said = f"The {MOST_BARS} highest of {len(names)} are drawn; the others are in the table."
    return replace(chart, points=kept, left_out=said)
