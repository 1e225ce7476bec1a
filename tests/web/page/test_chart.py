"""Which chart says a table, and what is drawn."""

import json

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
MONTHS = table(["month", "region", "revenue"], *[[f"2026-0{m}", r, m] for m in (2, 1, 3) for r in ("N", "S")])
REGIONS = table(["product", "region", "n"], *[[p, r, 2] for p in ("Apples", "Pears") for r in ("N", "S", "W")])
YEARS = table(["year", "sold"], *[[2000 + n, n * n] for n in range(8)])


@pytest.mark.parametrize(
    ("artifact", "choice"),
    [
        (BOATS, {"kind": "bar", "label": 0, "values": [1]}),
        (YEARS, {"kind": "line", "label": 0, "values": [1]}),
        (DAYS, {"kind": "line", "label": 0, "values": [1, 2]}),
        ([{"name": "a", "n": 1}, {"name": "b", "n": 2}], {"kind": "bar", "label": 0, "values": [1]}),
        (MONTHS, {"kind": "line", "label": 0, "values": [2], "series": 1}),
        (REGIONS, {"kind": "bar", "label": 1, "values": [2], "series": 0}),
        (table(["id", "name", "n"], [1, "a", 3], [2, "b", 4]), {"kind": "bar", "label": 1, "values": [2]}),
        (table(["day", "n"], *[[f"2026-01-0{n}", n] for n in (3, 1, 2)]), {"kind": "line", "label": 0, "values": [1]}),
        (table(["customer", "paid"], ["Ann", 1], ["Ann", 2], ["Bo", 3]), None),
        (table(["a", "b", "c", "n"], *[[a, b, c, 1] for a in "xy" for b in "xy" for c in "xy"]), None),
        (table(["a", "b", "n"], *[[a, b, 1] for a in range(7) for b in "xyzvwuts"]), None),
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
    [
        BOATS,
        YEARS,
        MONTHS,
        REGIONS,
        table(["k", "v"], ["a", -3], ["b", None], ["c", 4]),
        table(["k", "v"], ["a", 0], ["b", 0]),
        table(["year", "v"], [2019, 4], [2020], [2021, 5], [2022, 6]),
    ],
)
def test_every_number_drawn_is_a_number(module, artifact):
    drawn = module(DRAWN, "chart.js", artifact)
    assert "NaN" not in drawn
    assert "Infinity" not in drawn
    assert '"role":"img"' in drawn


def texts(tree):
    return [tree] if isinstance(tree, str) else [said for child in tree["children"] for said in texts(child)]


def test_each_month_stands_once_with_a_line_for_each_region(module):
    tree = json.loads(module(DRAWN, "chart.js", MONTHS))
    assert tree["attrs"]["aria-label"] == "Chart: revenue by month and region"
    assert [said for said in texts(tree) if "2026" in said] == ["2026-01", "2026-03"]
    assert [said for said in texts(tree) if said.startswith("●")] == ["● N", "● S"]


def test_bars_of_several_series_stand_together(module):
    said = texts(json.loads(module(DRAWN, "chart.js", REGIONS)))
    assert said == ["● Apples", "● Pears", *(part for region in "NSW" for part in (region, "2", "2"))]


def test_each_level_of_a_line_chart_has_room_for_its_name(module):
    sold = table(["month", "sold"], *[[f"2024-0{m}", n] for m, n in ((1, 0), (2, 201), (3, 50))])
    svg = json.loads(module(DRAWN, "chart.js", sold))
    levels = [each for each in flat(svg) if each.get("attrs", {}).get("text-anchor") == "end" and "y" in each["attrs"]]
    named = {each["children"][0]: float(each["attrs"]["x"]) for each in levels}
    assert named["100.5"] >= 7 * len("100.5")


def flat(tree):
    return [tree, *(one for child in tree["children"] if isinstance(child, dict) for one in flat(child))]
