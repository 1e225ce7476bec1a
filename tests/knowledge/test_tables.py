"""Tables: what real files hold, under which names, with which types."""

import asyncio
import csv
import sqlite3
from pathlib import Path

import duckdb
import pytest

from mainstem.knowledge import Library, Table
from mainstem.knowledge.tables.column_types import decided
from mainstem.knowledge.tables.distinct import ValueCounter
from mainstem.stores.knowledge import RAW, Column

from ..waiting import eventually
from .conftest import Write
from .copies import rows
from .samples import xlsx

pytestmark = pytest.mark.worker


async def only(library: Library) -> Table:
    [table] = await library.tables()
    return table


def as_published(path: str) -> list[list[str]]:
    """A table of WikiTableQuestions, read as its authors do."""
    with Path(path).open(newline="") as file:
        return [row for row in csv.reader(file, doublequote=False, escapechar="\\") if any(row)]


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
        CREATE VIEW cheap AS SELECT item, price FROM orders WHERE price < 2;
        CREATE VIEW broken AS SELECT * FROM gone;
    """)
    report = await library.index([root])  # while it is open, with its rows still in the log

    assert (report.indexed, report.tables) == (1, 4)
    assert [table.name for table in await library.tables()] == ["bare", "cheap", "order_table", "orders"]
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
    each = " UNION ALL ".join(f"SELECT n FROM {name}" for name in tables)
    assert (await library.query(each)).rows == ((1,),) * len(tables)


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
    root = write({"big.csv": "a,b,c\n" + "1,some words,2024-01-01\n" * 400_000})
    task = asyncio.create_task(library.index([root]))
    copies = tmp_path / "home" / "tables"
    await eventually(lambda: copies.exists() and any(copies.iterdir()))

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (tmp_path / "small.csv").write_text("n\n1\n")
    await library.index([tmp_path / "small.csv"])  # begins when the other run has ended
    assert (await only(library)).name == "small"
    assert len(list(copies.iterdir())) == 1
    await library.close()


async def test_421_tables_from_wikipedia_load_as_they_are(tmp_path: Path, shared: Path):
    folder = shared / "wikitablequestions" / "csv"
    library = Library(tmp_path / "home")

    report = await library.index([folder])

    assert (report.indexed, report.tables, report.skipped) == (421, 421, ())
    for table in await library.tables():
        lines, columns = as_published(table.path), [each for each in table.columns if not each.is_added]
        assert (table.rows, len(columns)) == (len(lines) - 1, len(lines[0])), table.document
    await library.close()


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["$1,234.50", "$12", "n/a"], "DOUBLE", ["1234.50", "12", ""]),
        (["$  1,452.4", "$  (6,986)", "__"], "DOUBLE", ["1452.4", "-6986", ""]),
        (["1.234,50 €", "12,00 €", "1.234 €"], "DOUBLE", ["1234.50", "12.00", "1234"]),
        (["1,234", "2,345,678"], "BIGINT", ["1234", "2345678"]),
        (["1,5", "1.5"], "VARCHAR", ["1,5", "1.5"]),
        (["10 %", "2.5 %"], "DOUBLE", ["10", "2.5"]),
        (["10 %", "3"], "VARCHAR", ["10 %", "3"]),
        (["(100)", "$ (9,688)", "7 [a]", "8*", "−3"], "BIGINT", ["-100", "-9688", "7", "8", "-3"]),
        (["$1.5 million", "$2 billion"], "DOUBLE", ["1500000.0", "2000000000"]),
        (["5 km", "12km"], "BIGINT", ["5", "12"]),
        (["5 km", "12 mi"], "VARCHAR", ["5 km", "12 mi"]),
        (["1st", "2nd", "11th"], "BIGINT", ["1", "2", "11"]),
        (["1 March", "2 April"], "VARCHAR", ["1 March", "2 April"]),
        (["0aff", "12A"], "VARCHAR", ["0aff", "12A"]),
        (["NA", "-", "3", "–"], "BIGINT", ["", "", "3", ""]),
        (["NA", "-"], "VARCHAR", ["NA", "-"]),
        (["13/01/2024", "02/03/2024"], "DATE", ["2024-01-13", "2024-03-02"]),
        (["01/13/2024", "02/03/2024"], "DATE", ["2024-01-13", "2024-02-03"]),
        (["01/02/2024", "02/03/2024"], "VARCHAR", ["01/02/2024", "02/03/2024"]),
        (["13/01/2024", "01/13/2024"], "VARCHAR", ["13/01/2024", "01/13/2024"]),
        (["01.02.2024", "03.02.2024 9:30"], "TIMESTAMP", ["2024-02-01", "2024-02-03T09:30"]),
        (["March 5, 2010", "6 Sept 2011"], "DATE", ["2010-03-05", "2011-09-06"]),
        (["yes", "No"], "BOOLEAN", ["true", "false"]),
        (["y", "n"], "BOOLEAN", ["true", "false"]),
        (["y", "y"], "VARCHAR", ["y", "y"]),
        ([*map(str, range(19)), "retired"], "BIGINT", [*map(str, range(19)), ""]),
        ([*map(str, range(19)), "A12"], "VARCHAR", [*map(str, range(19)), "A12"]),
        (["1", "2", "retired"], "VARCHAR", ["1", "2", "retired"]),
    ],
)
def test_a_column_is_decided_by_all_of_its_cells(cells: list[str], kind: str, values: list[str]):
    (column,) = decided([cell] for cell in cells)
    assert (column.type, [column.convert(cell) if column.convert else cell for cell in cells]) == (kind, values)


def workbook() -> bytes:
    """A workbook of two sheets, one with a title above its table."""
    first = [["Staff of 2024"], [], ["name", "age", "active"], ["Ann", 31, True], ["Bob", 25.5, False]]
    return xlsx({"People": first, "Empty": [], "Prices": [["item", "price"], ["pen", 2]]})


async def test_the_sheets_of_a_workbook_are_tables_and_text(library: Library, write: Write):
    report = await library.index([write({"book.xlsx": workbook()})])

    assert (report.tables, report.skipped) == (2, ())
    assert await rows(library, "people") == [("Ann", 31.0, True), ("Bob", 25.5, False)]
    assert await rows(library, "prices") == [("pen", 2)]
    (passage, *_) = (await library.search("How old is Ann?")).passages
    assert "name: Ann | age: 31 | active: true" in passage.text


async def test_broken_workbooks_are_skipped(library: Library, write: Write):
    broken = {"empty.xlsx": b"", "no_archive.xlsx": b"no archive", "cut.xlsx": workbook()[:500]}
    report = await library.index([write({**broken, "a.csv": "n\n1\n"})])

    assert (report.indexed, {Path(each.path).name for each in report.skipped}) == (1, broken.keys())


def test_a_point_stands_between_thousands_where_another_column_has_decimal_commas():
    kwh, _ = decided([["2.662", "2.086,22 €"], ["4.420", "396,92 €"]])
    assert kwh.type == "BIGINT"
    assert kwh.convert is not None
    assert kwh.convert("2.662") == "2662"
    assert [each.type for each in decided([["2.662", "5.5"], ["4.420", "396"]])] == ["DOUBLE", "DOUBLE"]


def test_values_are_counted_while_rows_are_written():
    counter = ValueCounter(
        [Column("boat", "VARCHAR"), Column("cost", "BIGINT"), Column("kept", "VARCHAR", read_as=RAW)]
    )
    for row in (["Tern", "1", "1"], ["Auk", "2", "2"], ["Tern", "3", "3"], ["", "4", "4"]):
        counter.add(row)
    boat, cost, kept = counter.columns()
    assert (boat.values, boat.distinct) == (("Tern", "Auk"), 2)
    assert not cost.values
    assert not kept.values
