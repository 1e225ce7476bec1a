"""A chart as a Vega-Lite specification, by Altair, and as an SVG, by vl-convert in a process of its own.

A thread would not do: vl-convert holds the interpreter for as long as it draws, and with it every stream there is.
"""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mainstem.stream.extras import extra, require

from .chart import Chart, ChartError, heading
from .columns import place

if TYPE_CHECKING:
    import altair

WIDTH, HEIGHT = 560, 280
"""Pixels of a chart without panels."""

PANEL_WIDTH, PANEL_HEIGHT, PANELS_ABREAST = 240, 160, 2

BAR_STEP = 22
"""Pixels from one bar that lies to the next."""

MOST_TICKS = 9
"""Months that are named along an axis."""

NAME_SHOWN = "slice(datum.label, 0, 200)"
"""What is drawn of a name: no label has room for more, and Vega takes seconds to find where a name of pages is cut."""

DRAW_SECONDS = 60.0
"""After this long the process is ended."""

MAX_SVG_BYTES = 2_000_000

_WORKER = Path(__file__).with_name("svg_worker.py")


def spec_of(chart: Chart, title: str, note: str = "") -> dict[str, Any]:
    """The Vega-Lite specification, with its points inside. Raises `MissingExtra`."""
    require("charts")
    with extra("charts"):
        import altair as alt
    above = alt.TitleParams(title, subtitle=note) if note else alt.TitleParams(title)
    points = [point | {"x": _drawn(chart, point["x"])} for point in chart.points]
    base = alt.Chart(alt.Data(values=points))
    drawn = _marked(base, chart).encode(**_axes(chart, alt), **_series(chart, alt))
    whole = _in_panels(drawn, chart, alt) if chart.panel else drawn.properties(**_size(chart, alt))
    return whole.properties(title=above).configure(background="white").to_dict()


def svg_of(spec: dict[str, Any]) -> str:
    """The specification drawn; blocks for a second or so. Raises `ChartError` and `MissingExtra`."""
    require("charts")
    found = find_spec("vl_convert")
    folder = str(Path(found.origin).parent.parent) if found and found.origin else ""
    command = [sys.executable, "-I", "-S", str(_WORKER), folder]
    try:
        ended = subprocess.run(  # noqa: S603 (our own file)
            command, input=json.dumps(spec).encode(), capture_output=True, timeout=DRAW_SECONDS, check=True
        )
    except subprocess.TimeoutExpired:
        raise ChartError(f"The chart took longer than {DRAW_SECONDS:g} seconds to draw. Ask for fewer rows.") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise ChartError(f"The chart could not be drawn: {said[-1] if said else 'the process broke off'}.") from None
    except OSError as error:
        raise ChartError(f"No process to draw in can be started ({error.strerror}). Try again later.") from error
    if len(ended.stdout) > MAX_SVG_BYTES:
        raise ChartError("The chart is too large. Ask for fewer rows.")
    return ended.stdout.decode()


def _in_panels(drawn: Any, chart: Chart, alt: Any) -> Any:
    panel = alt.Facet("panel:N", title=heading(chart.panel or ""), sort=None, header=alt.Header(labelExpr=NAME_SHOWN))
    size = _size(chart, alt) | {"width": PANEL_WIDTH}
    return drawn.properties(**size).facet(facet=panel, columns=PANELS_ABREAST)


def _marked(base: "altair.Chart", chart: Chart) -> "altair.Chart":
    match chart.kind:
        case "bar":
            return base.mark_bar()
        case "line":
            return base.mark_line(point=len(chart.names) <= 40)
        case "area":
            return base.mark_area(opacity=0.6)
        case "point":
            return base.mark_point(filled=True, opacity=0.7)


def _drawn(chart: Chart, name: Any) -> Any:
    return place(chart.x, name) if chart.x.kind == "time" and chart.kind != "bar" else name


def _axes(chart: Chart, alt: Any) -> dict[str, Any]:
    amounts = "x" if chart.lies else "y"
    amount = {"x": alt.X, "y": alt.Y}[amounts]("y:Q", title=heading(chart.y))
    along = (alt.Y if chart.lies else alt.X)(**_along(chart, alt), title=heading(chart.x.name))
    return {amounts: amount, "y" if chart.lies else "x": along}


def _along(chart: Chart, alt: Any) -> dict[str, Any]:
    """The axis that things go along. Its names keep their order: that of the query, or of time."""
    kind = chart.x.kind
    if chart.kind == "bar" or kind in ("text", "month"):
        return {
            "field": "x",
            "type": "nominal",
            "sort": chart.names,
            "axis": alt.Axis(labelLimit=180, labelAngle=_angle(chart), labelExpr=NAME_SHOWN),
        }
    if kind == "time":
        return {"field": "x", "type": "temporal", **_months(chart, alt)}
    whole = {"axis": alt.Axis(format="d", tickMinStep=1)} if kind == "year" else {}
    return {"field": "x", "type": "quantitative", "scale": alt.Scale(zero=False), **whole}


def _months(chart: Chart, alt: Any) -> dict[str, Any]:
    """Ticks at the months that are there, where all times are beginnings of months."""
    places = [str(place(chart.x, name)) for name in chart.names]
    if not all(there.endswith("-01T00:00:00") for there in places):
        return {}
    step = alt.TimeIntervalStep(interval="month", step=-(-len(places) // MOST_TICKS))
    return {"axis": alt.Axis(format="%b %Y", tickCount=step)}


def _angle(chart: Chart) -> int:
    room = sum(len(str(name)) + 2 for name in chart.names)
    return 0 if chart.lies or (room <= WIDTH / 7 and chart.panel is None) else -45


def _series(chart: Chart, alt: Any) -> dict[str, Any]:
    if chart.series is None:
        return {}
    legend = alt.Legend(labelExpr=NAME_SHOWN)
    named = alt.Color("series:N", sort=None, title=heading(chart.series) or None, legend=legend)
    beside = len({point["x"] for point in chart.points}) < len(chart.points)
    if chart.kind != "bar" or not beside:
        return {"color": named}
    offset = alt.YOffset("series:N", sort=None) if chart.lies else alt.XOffset("series:N", sort=None)
    return {"color": named, "yOffset" if chart.lies else "xOffset": offset}


def _size(chart: Chart, alt: Any) -> dict[str, Any]:
    height: Any = HEIGHT if chart.panel is None else PANEL_HEIGHT
    if chart.lies:
        height = alt.Step(BAR_STEP)
    return {"width": WIDTH, "height": height}
