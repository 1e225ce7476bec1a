"""Draw what a query finds."""

import asyncio
from typing import Any

from langchain_core.tools import ToolException

from mainstem.stream.extras import MissingExtra
from mainstem.stream.writer import stream_writer
from mainstem.text import one_line, short

from .charts.chart import Chart, ChartError, ChartKind, Wish, chart_of
from .charts.drawing import spec_of, svg_of
from .decorator import tool
from .querying import queried
from .result_rows import artifact, rows_as_text

MAX_ROWS = 1_000
"""Rows that a chart is drawn from at most."""

TOLD_ROWS = 20
"""Rows that the model reads of them."""

_TITLE_CHARS = 100


@tool(artifact=True)
async def draw_chart(
    sql: str,
    kind: ChartKind | None = None,
    x: str | None = None,
    y: str | None = None,
    series: str | None = None,
    title: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """Draw a chart of what one SELECT statement (DuckDB's SQL) finds in the user's tables; the user sees it.

    Args:
        sql: A single SELECT that gives the rows to draw, aggregated as they are to be shown: names or dates, and
            numbers.
        kind: What to draw; left out, what fits the columns.
        x: The column of the names, dates or numbers to draw along.
        y: The column of the numbers to draw.
        series: The column that tells lines or bars apart by colour.
        title: What stands above it.
    """
    result, writer = await queried(sql, MAX_ROWS), stream_writer()
    found, told = artifact(result, sql), rows_as_text(result, TOLD_ROWS)
    try:
        chart = chart_of(result.columns, result.rows, Wish(kind, x, y, series))
        if chart is None:
            return f"No chart is right for these rows: the table says it.\n{told}", found
        cut = (
            f"The first {len(result.rows):,} of {result.total or 'more than a million'} rows."
            if result.truncated
            else ""
        )
        writer.progress("drawing", done=0, total=1, unit="charts")
        drawn = await asyncio.to_thread(_drawn, chart, title, cut)
    except (ChartError, MissingExtra) as error:
        raise ToolException(str(error)) from error
    writer.progress("drawing", done=1, total=1, unit="charts")
    said = " ".join(filter(None, (f"Drawn: {chart.words()}.", chart.left_out, cut)))
    return f"{said}\n{told}", found | drawn


def _drawn(chart: Chart, title: str | None, cut: str) -> dict[str, Any]:
    heading = short(one_line(title or ""), _TITLE_CHARS) or chart.words().partition(" of ")[2]
    spec = spec_of(chart, heading, " ".join(filter(None, (chart.left_out, cut))))
    return {"title": heading, "chart": chart.words(), "left_out": chart.left_out, "spec": spec, "svg": svg_of(spec)}
