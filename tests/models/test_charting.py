"""Which questions ask the default model for a chart, and what it does about it."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from mainstem.models.extractive.charting import asked_for
from mainstem.models.extractive.schema import TOTALS

from .test_extractive import TOOLS, model, searched

HARBOURS = {
    "name": "ports",
    "rows": 3,
    "columns": [
        {"name": "harbour", "type": "VARCHAR", "values": ["South", "North", "West"]},
        {"name": "boats", "type": "BIGINT"},
    ],
}
COLUMNS = 'SELECT "boats", "harbour" FROM "ports"'
SUMS = 'SELECT "harbour", SUM("boats") FROM "ports" GROUP BY 1 ORDER BY 2 DESC'


@pytest.mark.parametrize(
    ("question", "rest", "kind"),
    [
        ("Draw a chart of boats by harbour", "boats by harbour", None),
        ("Could you show me a line chart of the boats?", "the boats?", "line"),
        ("plot boats by harbour", "boats by harbour", None),
        ("Scatter plot of weight against height", "weight against height", "point"),
        ("Total boats by harbour as a bar chart.", "Total boats by harbour.", "bar"),
    ],
)
def test_a_chart_is_asked_for(question: str, rest: str, kind: str | None) -> None:
    wanted = asked_for(question)
    assert wanted
    assert (wanted.question, wanted.kind) == (rest, kind)


@pytest.mark.parametrize(
    "question", ["What is a chart?", "Which charts does the guide hold?", "How many boats are there?", "Draw", "a plot"]
)
def test_no_chart_is_asked_for(question: str) -> None:
    assert asked_for(question) is None


@pytest.mark.parametrize(
    ("question", "args"),
    [
        ("Draw a chart of boats by harbour", {"sql": COLUMNS}),
        ("Line chart of boats per harbour", {"sql": COLUMNS, "kind": "line"}),
        ("Plot the total boats by harbour", {"sql": SUMS}),
    ],
)
def test_a_chart_of_what_can_be_computed_is_drawn(question: str, args: dict[str, Any]) -> None:
    (call,) = model(*TOOLS, "draw_chart").invoke(searched(question, tables=(HARBOURS,))).tool_calls
    assert (call["name"], call["args"]) == ("draw_chart", args)


def test_a_chart_of_what_is_not_understood_is_not_drawn() -> None:
    said = model(*TOOLS, "draw_chart").invoke(searched("Draw a chart of total boats by captain", tables=(HARBOURS,)))
    assert not said.tool_calls
    assert "“captain”" in said.text


def test_rows_of_totals_are_no_bars() -> None:
    columns = [*HARBOURS["columns"], {"name": "is_total", "type": "BOOLEAN", "read_as": TOTALS}]
    table = HARBOURS | {"columns": columns}
    (call,) = model(*TOOLS, "draw_chart").invoke(searched("Plot boats by harbour", tables=(table,))).tool_calls
    assert call["args"]["sql"] == f'{COLUMNS} WHERE NOT "is_total"'


def drawn(text: str, **more: Any) -> list[Any]:
    asked = searched("Draw a chart of boats by harbour", tables=(HARBOURS,))
    call = {"name": "draw_chart", "args": {"sql": COLUMNS}, "id": "call_2"}
    return [*asked, AIMessage("", tool_calls=[call]), ToolMessage(text, tool_call_id="call_2", **more)]


def test_the_chart_is_said_with_its_numbers_and_its_query() -> None:
    rows = {"columns": ["boats", "harbour"], "rows": [[12, "South"], [30, "North"]], "truncated": False}
    said = model(*TOOLS, "draw_chart").invoke(drawn("Drawn: a bar chart.\nboats | harbour", artifact=rows)).text
    assert said.startswith("Drawn: a bar chart.\n\nBoats and harbour, from the table ports:")
    assert said.endswith(f"SQL: `{COLUMNS}`")


def test_where_no_chart_can_be_drawn_the_table_is_asked() -> None:
    messages = drawn("vl_convert is not installed.", status="error")
    (call,) = model(*TOOLS, "draw_chart").invoke(messages).tool_calls
    assert (call["name"], call["args"]) == ("query_table", {"sql": COLUMNS})
    rows = {"columns": ["boats", "harbour"], "rows": [[12, "South"], [30, "North"]], "truncated": False}
    answered = ToolMessage("…", tool_call_id="call_3", artifact=rows)
    messages += [AIMessage("", tool_calls=[{**call, "id": "call_3"}]), answered]
    said = model(*TOOLS, "draw_chart").invoke(messages).text
    assert said.startswith("No chart: vl_convert is not installed.\n\nBoats and harbour")
