"""Questions about tables: the SQL is run, and its answer compared."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from mainstem.models.extractive import tables

ROWS = """
create table "sales-2023" ("Year" bigint, "Region" varchar, "Net Revenue" double, "Units" bigint, "Product" varchar);
insert into "sales-2023" values
  (2022, 'Europe', 100.5, 10, 'Lamp'), (2023, 'Europe', 150.0, 12, 'Lamp'), (2023, 'North America', 300.0, 30, 'Desk'),
  (2022, 'North America', 250.0, 20, 'Desk'), (2023, 'Asia', 90.0, 3, 'Lamp'), (2021, 'Asia', null, 1, 'O''Hara');
create table people (name varchar, age bigint, city varchar);
insert into people values ('Ann', 31, 'Oslo'), ('Bob', 25, 'Rome'), ('Cid', 47, 'Oslo');
"""


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        yield connection


@pytest.fixture(scope="module")
def described(database: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [row[0] for row in database.execute("show tables").fetchall()]
    return [
        {
            "name": name,
            "rows": 0,
            "columns": [{"name": row[0], "type": row[1]} for row in database.execute(f'describe "{name}"').fetchall()],
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
        ('What is the total net revenue where region is "europe"?', [(250.5,)]),
        ("What was the net revenue of Asia in 2023?", [(90.0,)]),
        ("Which region had the highest net revenue?", [("North America", 300.0)]),
        ("Which people are the youngest by age?", [("Bob", 25, "Rome")]),
        ("What is the lowest net revenue in the sales-2023 table?", [(90.0,)]),
        ("top 2 regions by net revenue", [("North America", 300.0), ("North America", 250.0)]),
        ("bottom 1 people by age", [("Bob", 25, "Rome")]),
        ("How many people with age over 30?", [(2,)]),
        ("How many people are older than 40?", [(1,)]),
        ("How many people have age at least 31?", [(2,)]),
        ("How many people live in Oslo?", [(2,)]),
        ("How many different regions are in sales-2023?", [(3,)]),
        ("total units per region in sales-2023", [("North America", 50), ("Europe", 22), ("Asia", 4)]),
        ("How many people by city?", [("Oslo", 2), ("Rome", 1)]),
        ("show the first 2 people", [("Ann", 31, "Oslo"), ("Bob", 25, "Rome")]),
        ("What is the age of 'Cid' in people?", [(47,)]),
        ('How many units of product "O\'Hara" in sales-2023?', [(1,)]),
    ],
)
def test_the_query_answers_the_question(
    database: duckdb.DuckDBPyConnection, described: list[dict[str, Any]], question: str, rows: list[tuple[Any, ...]]
) -> None:
    made = tables.query(question, described)
    assert made is not None
    assert sorted(database.execute(made.sql).fetchall(), key=str) == sorted(rows, key=str), made.sql


@pytest.mark.parametrize(
    "question",
    [
        "How do I resume a dropped stream?",
        "How many people live in the city of Berlin by 2020 according to the report?",
        "What does the paper say about revenue?",
        "Who is Ann?",
        "What is the most important product feature?",
        "",
    ],
)
def test_a_question_about_something_else_is_none(described: list[dict[str, Any]], question: str) -> None:
    sales = [table for table in described if table["name"] != "people"]
    assert tables.query(question, sales) is None


def test_without_tables_there_is_no_query() -> None:
    assert tables.query("How many rows are in the table?", []) is None


def test_names_are_quoted(database: duckdb.DuckDBPyConnection) -> None:
    odd = {"name": 'od"d', "columns": [{"name": 'va"l', "type": "BIGINT"}], "rows": 1}
    made = tables.query('How many rows are in the od"d table?', [odd])
    assert made is not None
    assert '"od""d"' in made.sql


def test_a_value_is_told_with_its_table_its_query_and_what_was_left_out(described: list[dict[str, Any]]) -> None:
    made = tables.query("What is the average age of married people?", described)
    assert made is not None
    said = tables.tell(made, made.sql, {"columns": ["avg"], "rows": [[34.3333333333]], "truncated": False})
    assert said == (
        'Table `people`: 34.3333.\n\nQuery: `SELECT AVG("age") FROM "people"`\n\nNot taken into account: married.'
    )


def test_rows_are_told_as_a_markdown_table() -> None:
    said = tables.tell(None, "SELECT 1", {"columns": ["a", "b"], "rows": [[1, "x|y"], [None, 2.5]], "truncated": True})
    assert "| a | b |\n| --- | --- |\n| 1 | x\\|y |\n|  | 2.5 |" in said
    assert "more rows than shown" in said


@pytest.mark.parametrize("rows", [[], [[None]]])
def test_nothing_found_is_said(rows: list[list[Any]]) -> None:
    assert "has no row that matches" in tables.tell(None, "SELECT 1", {"columns": ["a"], "rows": rows})
