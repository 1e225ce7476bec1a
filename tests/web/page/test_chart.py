"""Which chart says a table, and what is drawn."""

import pytest

CHOSEN = "({tableOf, chosen}, artifact) => { const table = tableOf(artifact); return table && chosen(table); }"
DRAWN = """({tableOf, chosen, drawn}, artifact) => {
  const table = tableOf(artifact);
  return JSON.stringify(drawn(table, chosen(table), 600));
}"""


def table(columns, *rows):
    return {"columns": columns, "rows": [list(row) for row in rows]}


BOATS = table(["harbour", "boats"], ["South", 12], ["North", 30])
DAYS = table(["day", "a", "b"], *[[f"2026-01-0{n}", n, -n] for n in range(1, 6)])
YEARS = table(["year", "sold"], *[[2000 + n, n * n] for n in range(8)])


@pytest.mark.parametrize(
    ("artifact", "choice"),
    [
        (BOATS, {"kind": "bar", "label": 0, "values": [1]}),
        (YEARS, {"kind": "line", "label": 0, "values": [1]}),
        (DAYS, {"kind": "line", "label": 0, "values": [1, 2]}),
        ([{"name": "a", "n": 1}, {"name": "b", "n": 2}], {"kind": "bar", "label": 0, "values": [1]}),
        (table(["harbour", "note"], ["South", "x"], ["North", "y"]), None),
        (table(["n"], [1], [2]), None),
        (table(["harbour", "boats"], ["South", 12]), None),
        ({"passages": []}, None),
        ("text", None),
        (None, None),
    ],
)  # fmt: skip
def test_which_chart(module, artifact, choice):
    assert module(CHOSEN, "chart.js", artifact) == choice


@pytest.mark.parametrize(
    "artifact",
    [BOATS, YEARS, table(["k", "v"], ["a", -3], ["b", None], ["c", 4]), table(["k", "v"], ["a", 0], ["b", 0])],
)
def test_every_number_drawn_is_a_number(module, artifact):
    drawn = module(DRAWN, "chart.js", artifact)
    assert "NaN" not in drawn
    assert "Infinity" not in drawn
    assert '"role":"img"' in drawn
