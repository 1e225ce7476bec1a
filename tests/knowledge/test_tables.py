"""Tables: what real files hold, under which names, with which types."""

import asyncio
import csv
import sqlite3
from pathlib import Path

import duckdb
import pytest

from mainstem.knowledge import Library, Table

from .conftest import Write


async def only(library: Library) -> Table:
    [table] = await library.tables()
    return table


async def rows(library: Library, name: str) -> list[tuple[object, ...]]:
    return list((await library.query(f'SELECT * FROM "{name}"')).rows)


async def test_columns_are_typed_by_what_all_their_values_are(library: Library, write: Write):
    header = "id,price,mixed,zip,day,moment,active,odd day,dash,big,empty"
    lines = [
        "1,2.5,1,01234,2024-02-29,2024-01-01 10:00,true,2024-02-30,-,12345678901234567890,",
        "-2,3,1.5e3,99999,2023-12-31,2024-01-01T10:00:30.5,False,2024-01-01,5,1,",
        ",.5,,,,,,,,,",
    ]
    await library.index([write({"things.csv": "\n".join([header, *lines])})])

    table = await only(library)
    assert [(column.name, column.type) for column in table.columns] == [
        ("id", "BIGINT"),
        ("price", "DOUBLE"),
        ("mixed", "DOUBLE"),
        ("zip", "VARCHAR"),
        ("day", "DATE"),
        ("moment", "TIMESTAMP"),
        ("active", "BOOLEAN"),
        ("odd day", "VARCHAR"),
        ("dash", "VARCHAR"),
        ("big", "VARCHAR"),
        ("empty", "VARCHAR"),
    ]
    assert (table.rows, table.document) == (3, "things.csv")
    first, second, third = await rows(library, "things")
    assert first == (
        1, 2.5, 1.0, "01234", "2024-02-29", "2024-01-01T10:00:00", True, "2024-02-30", "-",
        "12345678901234567890", None,
    )  # fmt: skip
    assert second[5:7] == ("2024-01-01T10:00:30.500000", False)
    assert third == (None, 0.5, *[None] * 9)


def as_published(path: str) -> list[list[str]]:
    """A table of WikiTableQuestions, read as its authors do."""
    with Path(path).open(newline="") as file:
        return [row for row in csv.reader(file, doublequote=False, escapechar="\\") if any(row)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "x;y\n1,5;2\n", [("1,5", 2)]),
        ("a.csv", "x|y\n1|2\n", [(1, 2)]),
        ("a.tsv", "x\ty\na, b\t2\n", [("a, b", 2)]),
        ("a.csv", 'x,y\n"say \\"hi\\", now",2\n', [('say "hi", now', 2)]),
        ("a.csv", 'x,y\n"say ""hi"", now",2\n', [('say "hi", now', 2)]),
        ("a.csv", 'x,y\n"two\nlines",2\n"",3\n', [("two\nlines", 2), (None, 3)]),
        ("a.csv", "x,y\n1\n1,2,3\n\n\n4,5\n", [(1, None, None), (1, 2, 3), (4, 5, None)]),
        ("a.csv", "x , y\n a , 2 \n", [("a", 2)]),
        ("a.csv", "1,2\n3,4\n", [(1, 2), (3, 4)]),
        ("a.csv", "x,y\r\n1,2\r\n", [(1, 2)]),
        ("a.csv", "x\n" + "long " * 30_000, [(("long " * 2_000) + "…",)]),
        ("a.csv", 'x,y\nan unclosed "quote,2\n', [('an unclosed "quote', 2)]),
        ("a.csv", "x,y\n", []),
    ],
)
async def test_csv_comes_in_many_forms(
    library: Library, write: Write, name: str, text: str, expected: list[tuple[object, ...]]
):
    await library.index([write({name: text})])

    assert await rows(library, "a") == expected


async def test_headers_that_repeat_or_are_empty_get_names(library: Library, write: Write):
    await library.index([write({"a.csv": "Name,,name,Name_2, ,\n1,2,3,4,5,6,7\n"})])

    assert [column.name for column in (await only(library)).columns] == [
        "Name", "column2", "name_2", "Name_2_2", "column5", "column6", "column7",
    ]  # fmt: skip


async def test_csv_in_another_encoding(library: Library, write: Write):
    await library.index([write({"a.csv": "Straße,Ort\nHauptstraße,Köln\n".encode("cp1252")})])

    assert await rows(library, "a") == [("Hauptstraße", "Köln")]


async def test_tables_of_a_database(library: Library, write: Write):
    root = write({})
    connection = sqlite3.connect(root / "shop.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript("""
        CREATE TABLE orders
            (id INTEGER PRIMARY KEY, item TEXT, price REAL, code TEXT, raw BLOB, "odd ""name"" too" ANY);
        INSERT INTO orders VALUES (1, 'pen', 1.5, '007', x'0aff', 5), (2, NULL, 2, '008', NULL, 'x');
        CREATE TABLE "order" (n); INSERT INTO "order" VALUES (1);
        CREATE TABLE bare (a, b);
        CREATE VIEW cheap AS SELECT * FROM orders WHERE price < 2;
    """)
    report = await library.index([root])  # while it is open, with its rows still in the log

    assert (report.indexed, report.tables) == (1, 3)
    assert [table.name for table in await library.tables()] == ["bare", "order_table", "orders"]
    assert await rows(library, "orders") == [(1, "pen", 1.5, "007", "0aff", "5"), (2, None, 2.0, "008", None, "x")]

    connection.execute("INSERT INTO orders (id) VALUES (3)")
    connection.commit()
    assert (await library.index([root])).indexed == 1
    assert len(await rows(library, "orders")) == 3
    connection.close()


async def test_parquet_with_types_of_its_own(library: Library, write: Write):
    root = write({})
    duckdb.sql("""
        SELECT 1 AS n, [1, 2] AS list, {'a': 1} AS struct, 1.25::DECIMAL(9, 2) AS money, 'x'::BLOB AS raw,
               TIMESTAMPTZ '2024-01-01 10:00:00+00' AS zoned, 'nan'::DOUBLE AS nan
    """).write_parquet(str(root / "x.parquet"))
    await library.index([root])

    assert await rows(library, "x") == [(1, [1, 2], {"a": 1}, 1.25, "78", "2024-01-01T10:00:00", None)]


async def test_every_table_has_a_name_of_its_own_that_needs_no_quotes(library: Library, write: Write):
    names = ("Sales 2023.csv", "2024.csv", "select.csv", "a/x.csv", "b/x.csv", "c/b/x.csv", "d/b/x.csv", "(!).csv")
    await library.index([write(dict.fromkeys(names, "n\n1\n"))])

    tables = {table.name: table.document for table in await library.tables()}
    assert tables == {
        "sales_2023": "Sales 2023.csv",
        "t_2024": "2024.csv",
        "select_table": "select.csv",
        "data_table": "(!).csv",
        "x": "a/x.csv",
        "b_x": "b/x.csv",
        "x_2": "c/b/x.csv",
        "x_3": "d/b/x.csv",
    }
    for name in tables:
        assert (await library.query(f"SELECT n FROM {name}")).rows == ((1,),)


async def test_a_changed_table_keeps_its_name_and_loses_its_old_copy(library: Library, write: Write, tmp_path: Path):
    root = write({"t.csv": "n\n1\n"})
    await library.index([root])
    write({"t.csv": "n\n1\n2\n"})
    await library.index([root])
    await library.index([root])

    assert (await only(library)).rows == 2
    assert len(list((tmp_path / "home" / "tables").iterdir())) == 1


async def test_copying_a_large_table_stops_when_it_is_cancelled(tmp_path: Path, write: Write):
    library = Library(tmp_path / "home")
    root = write({"big.csv": "a,b,c\n" + "1,some words,2024-01-01\n" * 1_000_000})
    task = asyncio.create_task(library.index([root]))
    await asyncio.sleep(0.5)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await library.tables() == []
    await library.close()


async def test_421_tables_from_wikipedia_load_as_they_are(tmp_path: Path, shared: Path):
    folder = shared / "wikitablequestions" / "csv"
    library = Library(tmp_path / "home")

    report = await library.index([folder])

    assert (report.indexed, report.tables, report.skipped) == (421, 421, ())
    for table in await library.tables():
        lines = as_published(table.path)
        assert (table.rows, len(table.columns)) == (len(lines) - 1, len(lines[0])), table.document
    await library.close()
