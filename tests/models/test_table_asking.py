"""Ways in which people ask for rows: the SQL is run, and its answer compared."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from langchain_core.messages import HumanMessage

from mainstem.models.extractive import tables
from mainstem.models.extractive.answering import next_step
from mainstem.models.retrieved import rendered

ROWS = """
create table "dock_tours" (
  "Tour" varchar, "Guide role" varchar, "Price" double, "Minutes" bigint, "Rebate" bigint, "Lunch included" boolean,
  "Needs boat permit" boolean, "Kind" varchar
);
insert into "dock_tours" values
  ('T1', 'pilot', 12.5, 90, 0, true, false, 'harbour'), ('T2', 'cook', 12.5, 200, 10, false, true, 'harbour'),
  ('T3', 'diver', 40, 45, 0, true, true, 'wreck');
create table "boats" ("Boat" varchar, "Cost" bigint, "Afloat" boolean);
insert into "boats" values ('Gull', 300, true), ('Tern', 120, false), ('Auk', 900, true);
create table "gates" ("Day" varchar, "Harbour office" varchar);
insert into "gates" values ('Monday', '08:00-12:00'), ('Friday', 'closed');
"""


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        yield connection


@pytest.fixture(scope="module")
def described(database: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    return [_table(database, name) for name in ("dock_tours", "boats", "gates")]


def _table(database: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    columns = [_column(database, name, *row[:2]) for row in database.execute(f'describe "{name}"').fetchall()]
    return {"name": name, "rows": len(database.execute(f'from "{name}"').fetchall()), "columns": columns}


def _column(database: duckdb.DuckDBPyConnection, table: str, name: str, kind: str) -> dict[str, Any]:
    values = [str(row[0]) for row in database.execute(f'select distinct "{name}" from "{table}"').fetchall()]
    return {"name": name, "type": kind, "distinct": len(values), "values": values if kind == "VARCHAR" else []}


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which boats are not afloat?", [("Tern",)]),
        ("What is the cheapest boat?", [("Tern", 120)]),
        ("Which dock tours had no rebate?", [("T1",), ("T3",)]),
        ("How many dock tours had no rebate?", [(2,)]),
        ("Which dock tours cost more than 20?", [("T3",)]),
        ("What were the two longest dock tours by minutes?", [("T2", 200), ("T1", 90)]),
        ("Which is the shortest of the dock tours?", [("T3", 45)]),
        ("Which dock tours were without lunch?", [("T2",)]),
        ("Which dock tours have lunch included?", [("T1",), ("T3",)]),
        ("Which dock tours need a boat permit?", [("T2",), ("T3",)]),
        ("Is the price for T3 with lunch included?", [(40.0, True)]),
        ("How much does a harbour tour cost?", [(12.5,)]),
        ("What is the price of a harbour?", [(12.5,), (12.5,)]),
        ("How many minutes did T2 take?", [(200,)]),
        ("How much did the dock tours cost in total?", [(65.0,)]),
        ("How many dock tours took more than 60 minutes?", [(2,)]),
        ("When does the harbour office open on Monday?", [("08:00-12:00",)]),
        ("Is the harbour office open on Friday?", [("closed",)]),
    ],
)
def test_rows_are_asked_for_in_many_ways(
    database: duckdb.DuckDBPyConnection, described: list[dict[str, Any]], question: str, rows: list[Any] | None
) -> None:
    read = tables.read([question], described)
    query = read.query if read else None
    found = database.execute(query.sql()).fetchall() if query else None
    assert found == rows, query and query.sql()


MEMBERS = {
    "name": "members_2026",
    "rows": 3,
    "columns": [
        {"name": "Name", "type": "VARCHAR", "values": ["Ann", "Bob", "Cid"], "distinct": 3},
        {"name": "Class", "type": "VARCHAR", "values": ["Full", "Junior"], "distinct": 2},
        {"name": "Hives", "type": "BIGINT"},
    ],
    "sample": [["Ann", "Full", 2]],
}
BESIDE = {
    "n": 1,
    "document": "rules.md",
    "heading": "Members",
    "text": "The Junior members gave most of their hives to Ann, a member, and are listed by name.",
    "score": 1.0,
    "coverage": 0.55,
}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("List the Junior members", "query_table"),
        ("Show me all Junior members", "query_table"),
        ("How many hives do our members have altogether, going by the list?", "I did not understand “going”"),
        ("Which class gave the most hives?", "I did not understand “gave”"),
    ],
)
def test_a_sentence_beside_a_table_answers_nothing_that_is_asked_of_its_rows(question: str, said: str) -> None:
    found = HumanMessage(rendered({"passages": [BESIDE], "tables": [MEMBERS]}, question))
    answer = next_step([found], frozenset({"query_table"}))
    assert (answer if isinstance(answer, str) else answer.tool).startswith(said), answer
