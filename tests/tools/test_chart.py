"""Which chart says a result, and when none does."""

import pytest

from tools.charts.chart import MOST_BARS, ChartError, Wish, chart_of

MONTHS = [
    [f"2024-{month:02}", region, month * 10 + at] for month in (1, 2, 3) for at, region in enumerate(("North", "South"))
]
PARTS = [[month, region, product, 1] for month in ("Mar", "Jan", "Feb") for region in "NS" for product in "AB"]
LATER, TURNED = "2024-01-02 10:00:00", [[region, month, n] for month, region, n in MONTHS]
PAID = [["2024-01-01", 1], ["2024-01-01", 2], ["2024-01-02", 3]]


def said(names, rows, **wish):
    """Kind, x, y, series and panel of the chart; None for the table."""
    chart = chart_of(names, rows, Wish(**wish))
    return chart and (chart.kind, chart.x.name, chart.y, chart.series, chart.panel)


@pytest.mark.parametrize(
    ("names", "rows", "expected"),
    [
        (["region", "revenue"], [["North", 3], ["South", 5.5]], ("bar", "region", "revenue", None, None)),
        (["revenue", "region"], [[3, "North"], [5, "South"]], ("bar", "region", "revenue", None, None)),
        (["day", "sales"], [["2024-01-02", 3], ["2024-01-01", 4]], ("line", "day", "sales", None, None)),
        (["at", "sales"], [[LATER, 3], ["2024-01-01T09:00:00", 4]], ("line", "at", "sales", None, None)),
        (["month", "sales"], [["Mar", 3], ["January", 4], ["feb.", 5]], ("line", "month", "sales", None, None)),
        (["year", "sold"], [[2020, 3], [2022, 4]], ("line", "year", "sold", None, None)),
        (["month", "region", "revenue"], MONTHS, ("line", "month", "revenue", "region", None)),
        (["region", "month", "revenue"], TURNED, ("line", "month", "revenue", "region", None)),
        (["month", "region", "product", "n"], PARTS, ("line", "month", "n", "region", "product")),
        (
            ["product", "region", "n"],
            [[p, r, 1] for p in ("Apples", "Pears") for r in "NSW"],
            ("bar", "region", "n", "product", None),
        ),
        (["n", "m"], [[1, 5], [2, 3], [4, 9]], ("point", "n", "m", None, None)),
        (["id", "name", "salary"], [[1, "Ann", 30], [2, "Bo", 40]], ("bar", "name", "salary", None, None)),
        (["country", "region", "n"], [["A", "x", 1], ["B", "x", 2]], ("bar", "country", "n", None, None)),
        (["day", "a", "b"], [["2024-01-01", 1, 2], ["2024-01-02", 2, 3]], ("line", "day", "a, b", "", None)),
        (["day", "a", "b"], [["2024-01-01", 1, 2000], ["2024-01-02", 2, 3000]], ("line", "day", "a", None, None)),
        (["day", "paid"], PAID, ("point", "day", "paid", None, None)),
        (["open", "n"], [[True, 1], [False, 2]], ("bar", "open", "n", None, None)),
        (["region", "n"], [["North", 3], ["South", float("nan")], ["West", 1]], ("bar", "region", "n", None, None)),
    ],
)  # fmt: skip
def test_the_chart_that_fits(names, rows, expected):
    assert said(names, rows) == expected


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["region", "revenue"], [["North", 3]]),
        (["region", "revenue"], []),
        (["region", "note"], [["North", "a"], ["South", "b"]]),
        (["n"], [[1], [2]]),
        (["customer", "amount"], [["Ann", 3], ["Ann", 4], ["Bo", 5]]),
        (["region", "revenue"], [["North", None], ["South", None]]),
        (["region", "revenue"], [["North", None], ["South", 4]]),
        (["region", "n"], [["North", float("nan")], ["South", float("inf")]]),
        (["id", "name"], [[1, "Ann"], [2, "Bo"]]),
        (["a", "b", "n"], [[f"a{i}", f"b{j}", i] for i in range(12) for j in range(11)]),
    ],
)
def test_the_table_where_no_chart_is_right(names, rows):
    assert chart_of(names, rows) is None


def test_of_many_names_the_highest_are_drawn_and_the_rest_is_said():
    chart = chart_of(["city", "n"], [[f"City {at}", at] for at in range(57)])
    assert chart.lies
    assert chart.names == [f"City {at}" for at in range(56, 56 - MOST_BARS, -1)]
    assert chart.left_out == "The 20 highest of 57 are drawn; the others are in the table."


def test_months_go_along_the_year():
    assert chart_of(["month", "n"], [["Mar", 3], ["Jan", 4], ["Feb", 5]]).names == ["Jan", "Feb", "Mar"]


def test_bars_keep_the_order_of_the_query():
    chart = chart_of(["region", "n"], [["West", 3], ["North", 9], ["South", 4]])
    assert chart.names == ["West", "North", "South"]


def test_what_a_caller_wants_is_drawn():
    assert said(["a", "b", "n", "m"], [["x", "p", 1, 2], ["y", "q", 2, 900]], kind="line", x="B", y="m") == (
        "line", "b", "m", None, None,
    )  # fmt: skip
    assert said(["month", "region", "revenue"], MONTHS, kind="area", series="region")[0] == "area"
    assert said(["day", "n"], [["2024-01-01", 1], ["2024-01-02", 2]], kind="bar")[0] == "bar"


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        ({"y": "price"}, "There is no column 'price' in the result: it has region, revenue."),
        ({"x": "x" * 1000}, None),
        ({"y": "region"}, "The column 'region' holds no numbers: y must be one that does."),
    ],
)
def test_what_cannot_be_drawn_is_one_line(wish, line):
    with pytest.raises(ChartError) as error:
        said(["region", "revenue"], [["North", 3], ["South", 5]], **wish)
    assert line in (None, str(error.value))
    assert len(str(error.value)) < 200
