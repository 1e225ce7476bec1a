"""Questions about tables: the SQL is run, and its answer compared."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from mainstem.models.extractive import tables

ROWS = """
create table "sales-2023" (
  "Year" bigint, "Region" varchar, "Net Revenue" double, "Units" bigint, "Product" varchar, "Day" date, "Paid" boolean
);
insert into "sales-2023" values
  (2022, 'Europe', 100.5, 10, 'Lamp', '2022-03-01', true), (2023, 'Europe', 150, 12, 'Lamp', '2023-01-10', false),
  (2023, 'North America', 300, 30, 'Desk', '2023-02-05', true),
  (2022, 'North America', 250, 20, 'Desk', '2022-07-09', true),
  (2023, 'Asia', 90, 3, 'Lamp', '2023-05-31', false), (2021, 'Asia', null, 1, 'O''Hara', '2021-12-31', true);
create table people (name varchar, age bigint, city varchar, height_cm bigint);
insert into people values ('Ann', 31, 'Oslo', 170), ('Bob', 25, 'Rome', 181), ('Cid', 47, 'Oslo', 165);
"""


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        yield connection


def column(database: duckdb.DuckDBPyConnection, table: str, name: str, kind: str) -> dict[str, Any]:
    """A column as a search describes it."""
    if kind != "VARCHAR":
        return {"name": name, "type": kind}
    values = [row[0] for row in database.execute(f'select distinct "{name}" from "{table}"').fetchall()]
    return {"name": name, "type": kind, "values": values, "distinct": len(values)}


@pytest.fixture(scope="module")
def described(database: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [row[0] for row in database.execute("show tables").fetchall()]
    return [
        {
            "name": name,
            "rows": len(database.execute(f'from "{name}"').fetchall()),
            "columns": [
                column(database, name, row[0], row[1]) for row in database.execute(f'describe "{name}"').fetchall()
            ],
            "sample": [["Ann", 31, "Oslo", 170]],
        }
        for name in names
    ]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How many rows does the sales-2023 table have?", [(6,)]),
        ("How many people are there in the people table?", [(3,)]),
        ("What is the average age of people?", [(pytest.approx(34.33, abs=0.01),)]),
        ("What is the total net revenue in 2023?", [(540.0,)]),
        ("total net revenue of North America in 2022", [(250.0,)]),
        ("What was the net revenue of Asia in 2023?", [(90.0,)]),
        ("What was the net revenue of North America?", [(550.0,)]),
        ("Which region had the highest net revenue?", [("North America", 300.0)]),
        ("Which region had the most net revenue?", [("North America", 550.0)]),
        ("Which people are the youngest?", [("Bob", 25)]),
        ("What is the lowest net revenue in the sales-2023 table?", [(90.0,)]),
        ("top 2 regions by net revenue", [("North America", 300.0), ("North America", 250.0)]),
        ("How many people are older than 40?", [(1,)]),
        ("How many people have age at least 31?", [(2,)]),
        ("How many people live in Oslo?", [(2,)]),
        ("How many people do not live in Oslo?", [(1,)]),
        ("Which people live in Oslo or Rome?", [("Ann",), ("Bob",), ("Cid",)]),
        ("How old is Cid?", [(47,)]),
        ("Where is Bob?", [("Rome",)]),
        ("How many different regions are in sales-2023?", [(3,)]),
        ("total units per region in sales-2023", [("North America", 50), ("Europe", 22), ("Asia", 4)]),
        ("How many people by city?", [("Oslo", 2), ("Rome", 1)]),
        ("Which city has the most people?", [("Oslo", 2)]),
        ("show the first 2 people", [("Ann", 31, "Oslo", 170), ("Bob", 25, "Rome", 181)]),
        ("What is the age of Cid in people?", [(47,)]),
        ("How many units of O'Hara in sales-2023?", [(1,)]),
        ("How many units between 10 February 2022 and 30 March 2022 in sales-2023?", [(10,)]),
        ("total units in the first quarter of 2023", [(42,)]),
        ("total units after May 2023", [(None,)]),
        ("How many units were unpaid?", [(15,)]),
        ("Which people are taller than 168?", [("Ann",), ("Bob",)]),
        ("What share of people live in Oslo?", [(pytest.approx(66.67, abs=0.01),)]),
        ("How many people have a height_cm of more than 168 cm?", [(2,)]),
    ],
)
def test_the_query_answers_the_question(
    database: duckdb.DuckDBPyConnection, described: list[dict[str, Any]], question: str, rows: list[tuple[Any, ...]]
) -> None:
    read = tables.read([question], described)
    assert read is not None
    assert read.query is not None, read.words
    found = database.execute(read.query.sql()).fetchall()
    assert sorted(found, key=str) == sorted(rows, key=str), read.query.sql()


def test_what_is_a_part_of_a_columns_name_and_of_the_tables_means_rows() -> None:
    columns = [
        {"name": "Sale date", "type": "DATE"},
        {"name": "Payment", "type": "VARCHAR", "values": ["card", "cash"], "distinct": 2},
    ]
    read = tables.read(["How many sales were paid by card?"], [{"name": "shop_sales", "rows": 9, "columns": columns}])
    assert read is not None
    assert read.query is not None, read.words
    assert read.query.sql() == """SELECT COUNT(*) FROM "shop_sales" WHERE "Payment" = 'card'"""


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the average age of married people?", ("married",)),
        ("How many more people live in Oslo than in Rome?", ("more", "than")),
        ("Which people are older than Ann?", ("than",)),
        ("Which people live in Oslo Rome?", ("Rome",)),
        ("What is the highest average age by city?", ("by",)),
        ("What is the running total of age by name?", ("running",)),
        ("How many people live in Berlin?", ("Berlin",)),
    ],
)
def test_a_word_that_is_left_over_is_said_and_nothing_is_computed(
    described: list[dict[str, Any]], question: str, words: tuple[str, ...]
) -> None:
    read = tables.read([question], described)
    assert read is not None
    assert read.query is None
    assert set(read.words) <= set(words), read.words
    said = tables.not_understood(read)
    assert said.startswith(f"I did not understand “{read.words[0]}”")
    assert "| Ann | 31 | Oslo | 170 |" in said


@pytest.mark.parametrize(
    "question",
    [
        "How do I resume a dropped stream?",
        "What does the paper say about revenue?",
        "What is the most important product feature?",
        "Who is Ann?",
        "What does the table show?",
        "",
    ],
)
def test_a_question_about_something_else_is_none(described: list[dict[str, Any]], question: str) -> None:
    read = tables.read([question], described)
    assert read is None or read.query is None


def test_without_tables_there_is_no_query() -> None:
    assert tables.read(["How many rows are in the table?"], []) is None


@pytest.mark.parametrize(
    ("questions", "rows"),
    [
        (["What is the total net revenue in 2023?", "And in 2022?"], [(350.5,)]),
        (["What is the total net revenue in 2023?", "And in 2022?", "And in Europe?"], [(100.5,)]),
        (["How many people live in Oslo?", "And in Rome?"], [(1,)]),
        (["What is the age of Cid?", "What about Ann?"], [(31,)]),
        (["What is the age of Cid?", "And the city?"], [("Oslo",)]),
    ],
)
def test_a_follow_up_changes_what_it_names(
    database: duckdb.DuckDBPyConnection, described: list[dict[str, Any]], questions: list[str], rows: list[Any]
) -> None:
    read = tables.read(questions, described)
    assert read is not None
    assert read.query is not None
    assert database.execute(read.query.sql()).fetchall() == rows, read.query.sql()


def test_a_follow_up_that_changes_a_query_is_clear(described: list[dict[str, Any]]) -> None:
    read = tables.read(["Which people live in Oslo?", "And in Rome?"], described)
    assert read is not None
    assert read.is_clear


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Which people have blue eyes?", True), ("List the three tallest people with a dog", True),
        ("What do old people in Oslo read?", False),
    ],
)  # fmt: skip
def test_whose_rows_are_wanted_is_seen_by_the_name_of_the_table(
    described: list[dict[str, Any]], question: str, wanted: bool
) -> None:
    read = tables.read([question], described)
    assert (read is not None and read.wants_rows) is wanted


def test_rows_of_totals_are_left_out() -> None:
    totals = {"name": "is_total", "type": "BOOLEAN", "read_as": "rows of totals"}
    columns = [{"name": "units", "type": "BIGINT"}, totals]
    read = tables.read(["total units of the sold table"], [{"name": "sold", "rows": 3, "columns": columns}])
    assert read is not None
    assert read.query is not None
    assert read.query.sql() == 'SELECT SUM("units") FROM "sold" WHERE NOT "is_total"'
    assert "rows of totals left out" in read.query.words()


def test_names_are_quoted() -> None:
    odd = {"name": 'od"d', "columns": [{"name": 'va"l', "type": "BIGINT"}], "rows": 1}
    read = tables.read(['How many rows are in the od"d table?'], [odd])
    assert read is not None
    assert read.query is not None
    assert '"od""d"' in read.query.sql()


def test_a_value_is_told_with_what_was_computed_and_the_query(described: list[dict[str, Any]]) -> None:
    read = tables.read(["What is the average age in Oslo?"], described)
    assert read is not None
    assert read.query is not None
    said = tables.tell(read, read.query.sql(), {"columns": ["avg"], "rows": [[39.0]], "truncated": False})
    assert said == (
        "The average of age where city is Oslo, from the table people: 39.\n\n"
        'SQL: `SELECT AVG("age") FROM "people" WHERE "city" = \'Oslo\'`'
    )


def test_rows_are_told_as_a_markdown_table_and_of_how_many_they_are() -> None:
    rows = [["a", "x|y"], [None, 2.5], *([["b", 1]] * 18)]
    said = tables.tell(None, "SELECT 1", {"columns": ["a", "b"], "rows": rows, "truncated": True, "total": 57})
    assert "| a | b |\n| --- | --- |\n| a | x\\|y |\n|  | 2.5 |" in said
    assert "Shown are 10 of 57 rows." in said


def test_cells_that_are_no_numbers_are_said_not_to_count(described: list[dict[str, Any]]) -> None:
    columns = [{"name": "points", "type": "BIGINT", "raw": "points_text", "read_as": "numbers", "unread": 2}]
    read = tables.read(["What is the highest points?"], [{"name": "races", "rows": 30, "columns": columns}])
    assert read is not None
    said = tables.tell(read, "", {"columns": ["max"], "rows": [[12]]})
    assert "Of points, 2 cells are text that was not read as such values" in said


@pytest.mark.parametrize("rows", [[], [[None]]])
def test_nothing_found_is_said(rows: list[list[Any]]) -> None:
    assert "there is no row that matches" in tables.tell(None, "SELECT 1", {"columns": ["a"], "rows": rows})
