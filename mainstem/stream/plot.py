"""A run as a chart: its tokens over time, the gaps between them, and a timeline of its nodes and tool calls.

The numbers are those of the events, in seconds of the run. Altair draws them, where it is installed.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .events import Event, NodeFinished, NodeStarted, RunFinished, ToolFinished, ToolStarted, Words
from .events import MessageReasoning as Reasoning
from .extras import extra
from .spans import SpanKey, span_of

if TYPE_CHECKING:
    import altair

WIDTH = 560
"""Pixels that each part is wide."""

ChartRows = list[dict[str, Any]]


def tokens(events: Iterable[Event]) -> ChartRows:
    """A row an arrival of text: `seconds`, `tokens` of its message so far, `said` (answer or reasoning), `message`."""
    return [
        {
            "seconds": event.last_at,
            "tokens": event.tokens,
            "said": "reasoning" if isinstance(event, Reasoning) else "text",
            "message": event.message_id,
        }
        for event in events
        if isinstance(event, Words)
    ]


def gaps(events: Iterable[Event]) -> ChartRows:
    """A row an arrival but a message's first: `seconds`, and `gap`, the seconds since the one before it."""
    rows: ChartRows = []
    last: dict[str, float] = {}
    for event in events:
        if isinstance(event, Words):
            if event.message_id in last:
                rows.append({"seconds": event.first_at, "gap": max(0.0, event.first_at - last[event.message_id])})
            last[event.message_id] = event.last_at
    return rows


def timeline_rows(events: Iterable[Event]) -> ChartRows:
    """A row a node or tool call: `name`, `kind`, and `began` and `ended`, in seconds of the run."""
    rows: ChartRows = []
    begun: dict[SpanKey, dict[str, Any]] = {}
    for event in events:
        match event:
            case NodeStarted():
                begun[span_of(event)] = _span(rows, event.node or "", "node", event.at)
            case ToolStarted():
                begun[span_of(event)] = _span(rows, event.name, "tool call", event.at)
            case NodeFinished() | ToolFinished():
                _end(begun.get(span_of(event)), event.at)
            case RunFinished():
                for row in rows:
                    row["ended"] = event.at if row["ended"] is None else row["ended"]
            case _:
                pass
    return rows


def _span(rows: ChartRows, name: str, kind: str, at: float) -> dict[str, Any]:
    rows.append({"name": f"{len(rows) + 1}. {name}", "kind": kind, "began": at, "ended": None})
    return rows[-1]


def _end(row: dict[str, Any] | None, at: float) -> None:
    if row is not None:
        row["ended"] = at


def plot(events: Iterable[Event]) -> "altair.VConcatChart":
    """Draw the events of a run, also of one that goes on; a notebook shows it as SVG, without a network.

    Raises `MissingExtra` where Altair is not installed.
    """
    with extra("notebook"):
        import altair as alt

        from .svg_chart import SvgChart
    seen = list(events)
    time = alt.X("seconds:Q", title="seconds")
    # a legend whose domain comes from no rows at all has no bounds, and the picture with it
    said = alt.Color("said:N", title=None, scale=alt.Scale(domain=["text", "reasoning"]))
    kind = alt.Color("kind:N", title=None, scale=alt.Scale(domain=["node", "tool call"]))
    arrived = (
        alt.Chart(alt.Data(values=tokens(seen)), title="Tokens over time", width=WIDTH, height=160)
        .mark_line(interpolate="step-after", point={"size": 12})
        .encode(x=time, y=alt.Y("tokens:Q", title="tokens"), color=said, detail="message:N")
    )
    between = (
        alt.Chart(alt.Data(values=gaps(seen)), title="Gaps between arrivals", width=WIDTH, height=80)
        .mark_bar(width=2)
        .encode(x=time, y=alt.Y("gap:Q", title="seconds"))
    )
    steps = (
        alt.Chart(alt.Data(values=timeline_rows(seen)), title="Steps", width=WIDTH)
        .mark_bar(height=10)
        .encode(
            x=alt.X("began:Q", title="seconds"),
            x2="ended:Q",
            y=alt.Y("name:N", sort=None, title=None),
            color=kind,
        )
    )
    return SvgChart(vconcat=[arrived, between, steps]).resolve_scale(color="independent")
