"""A chart of a query, as the graph draws it."""

import sys
from xml.etree import ElementTree

import pytest

from mainstem import Session, events
from mainstem.stream.extras import require
from tools.charts.chart import chart_of
from tools.charts.drawing import spec_of, svg_of

from ..fixtures import call

pytestmark = pytest.mark.worker

BOATS = "SELECT harbour, boats FROM harbours ORDER BY boats"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def drawn(scripted):
    """The events and the ToolMessage of one call."""

    async def run(**args):
        async with Session(scripted([call("draw_chart", args, "c")], [{"text": "Done."}])) as session:
            said = [event async for event in session.ask("Go", thread="t")]
            messages = (await session.state("t")).values["messages"]
        return said, next(message for message in messages if message.type == "tool")

    return run


async def test_a_chart_with_its_rows_and_its_query(drawn):
    said, message = await drawn(sql=BOATS)
    assert message.text.startswith("Drawn: a bar chart of boats by harbour.\nharbour | boats\nWest | 8")
    found = message.artifact
    assert (found["columns"], found["rows"][0], found["sql"]) == (["harbour", "boats"], ["West", 8], BOATS)
    assert found["spec"]["mark"] == {"type": "bar"}
    texts = [each.text for each in ElementTree.fromstring(found["svg"]).iter(f"{SVG}text")]
    assert {"West", "South", "North", "boats", "harbour", "boats by harbour"} <= set(texts)
    shown = [event.unit for event in said if isinstance(event, events.Progress) and event.tool_call_id == "c"]
    assert shown[-1] == "charts"


async def test_where_no_chart_is_right_the_table_is_told(drawn):
    _, message = await drawn(sql="SELECT count(*) AS n FROM harbours")
    assert message.text == "No chart is right for these rows: the table says it.\nn\n3"
    assert "svg" not in message.artifact
    assert message.artifact["rows"] == [[3]]


async def test_rows_are_bounded_and_that_is_said(drawn):
    _, message = await drawn(sql="SELECT i AS n, i * i AS square FROM range(3000) r(i)")
    assert "The first 1,000 of 3000 rows." in message.text
    assert len(message.artifact["rows"]) == 1000
    assert message.artifact["truncated"]


async def test_names_of_pages_are_cut_before_they_are_drawn(drawn):
    _, message = await drawn(
        sql="SELECT i % 5 || repeat('x', 10000) AS name, i % 3 || repeat('y', 9000) AS kind, i FROM range(12) r(i)"
    )
    assert message.text.startswith("Drawn: ")  # and not: it took too long
    texts = [each.text or "" for each in ElementTree.fromstring(message.artifact["svg"]).iter(f"{SVG}text")]
    assert any(text.startswith("0xxx") for text in texts)
    assert max(map(len, texts)) <= 200


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ({"sql": BOATS, "y": "ships"}, "There is no column 'ships' in the result: it has harbour, boats."),
        ({"sql": "DROP TABLE harbours"}, "SELECT"),
        ({"sql": BOATS, "kind": "pie"}, "kind"),
    ],
)
async def test_what_cannot_be_drawn_is_told_in_one_line(drawn, args, line):
    _, message = await drawn(**args)
    assert message.status == "error"
    assert line in message.text


async def test_a_missing_package_is_named(drawn, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    require.cache_clear()
    _, message = await drawn(sql=BOATS)
    require.cache_clear()
    assert message.status == "error"
    assert message.text == "vl_convert is not installed: pip install 'mainstem[charts]' brings it."


def test_names_are_text_and_nothing_else():
    names, rows = ['na["me].x', "<script>alert(1)</script>"], [["<img src=x onerror=alert(1)>", 3], ["datum.y", 5]]
    tree = ElementTree.fromstring(svg_of(spec_of(chart_of(names, rows), "</svg><script>alert(2)</script>")))
    tags = {each.tag.removeprefix(SVG) for each in tree.iter()}
    assert tags <= {"svg", "g", "rect", "path", "text", "line", "defs", "clipPath", "title"}
    assert "<img src=x onerror=alert(1)>" in [each.text for each in tree.iter(f"{SVG}text")]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_day_is_that_day_in_every_zone(monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    rows = [["2024-01-01", 1], ["2024-02-01", 2], ["2024-03-01", 3]]
    svg = svg_of(spec_of(chart_of(["month", "n"], rows), ""))
    texts = [each.text for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert texts[:3] == ["Jan 2024", "Feb 2024", "Mar 2024"]


def test_series_and_panels_are_drawn():
    rows = [[m, r, p, 1] for m in ("Jan", "Feb") for r in ("North", "South") for p in ("A", "B")]
    svg = svg_of(spec_of(chart_of(["month", "region", "product", "n"], rows), ""))
    texts = [each.text for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert {"North", "South", "A", "B"} <= set(texts)
