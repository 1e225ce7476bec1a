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
from .samples import xlsx


async def only(library: Library) -> Table:
    [table] = await library.tables()
    return table


async def rows(library: Library, name: str) -> list[tuple[object, ...]]:
    return list((await library.query(f'SELECT * FROM "{name}"', max_rows=2_000)).rows)


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
        ("dash", "BIGINT"),
        ("big", "VARCHAR"),
        ("empty", "VARCHAR"),
        ("dash_text", "VARCHAR"),
    ]
    assert (table.rows, table.document) == (3, "things.csv")
    first, second, third = await rows(library, "things")
    assert first == (
        1, 2.5, 1.0, "01234", "2024-02-29", "2024-01-01T10:00:00", True, "2024-02-30", None,
        "12345678901234567890", None, "-",
    )  # fmt: skip
    assert second[5:7] == ("2024-01-01T10:00:30.500000", False)
    assert third == (None, 0.5, *[None] * 10)


def as_published(path: str) -> list[list[str]]:
    """A table of WikiTableQuestions, read as its authors do."""
    with Path(path).open(newline="") as file:
        return [row for row in csv.reader(file, doublequote=False, escapechar="\\") if any(row)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "x;y\n1,5;2\n", [(1.5, 2, "1,5")]),
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
    copies = tmp_path / "home" / "tables"
    await eventually(lambda: copies.exists() and any(copies.iterdir()))

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
        lines, columns = as_published(table.path), [each for each in table.columns if not each.is_added]
        assert (table.rows, len(columns)) == (len(lines) - 1, len(lines[0])), table.document
    await library.close()


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["$1,234.50", "$12", "n/a"], "DOUBLE", ["1234.50", "12", ""]),
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


async def test_the_text_stays_beside_what_was_read_from_it(library: Library, write: Write):
    lines = [f"{day}/03/2024,${day}" for day in range(11, 30)]
    await library.index([write({"a.csv": "\n".join(["day,price", *lines, "30/03/2024,sold out"])})])

    table = await only(library)
    day, price, *_ = table.columns
    assert (day.raw, day.read_as, price.raw, price.read_as, price.unread) == (
        "day_text", "dates, day first", "price_text", "money, $", 1,
    )  # fmt: skip
    assert (await rows(library, "a"))[-1] == ("2024-03-30", None, "30/03/2024", "sold out")
    assert table.notes == ("price: 1 are no such numbers and stay as text (sold out)",)
    assert table.sample[0] == ("11/03/2024", "$11")


async def test_rows_of_totals_are_marked(library: Library, write: Write):
    await library.index([write({"a.csv": "item,price\npen,2\nTotal revenue,3\nTotal,5\n"})])

    assert [row[-1] for row in await rows(library, "a")] == [False, False, True]
    assert (await only(library)).notes == ("rows of totals: 1, marked in is_total",)


@pytest.mark.parametrize(
    ("text", "header", "count"),
    [
        ("Sales of 2024,,\n\nitem,price,units\npen,2,3\n", ["item", "price", "units"], 1),
        (",2019,2018\n,Men,Women\nAll,1,2\n", ["column1", "2019 Men", "2018 Women"], 1),
        (",2019,,2018,\n,Men,Women,Men,Women\nAll,1,2,3,4\n",
         ["column1", "2019 Men", "2019 Women", "2018 Men", "2018 Women"], 1),
        (",2019,2018\n,(in millions),\nAll,1,2\n", ["column1", "2019", "2018"], 1),
        (",a,b\n,1,2\n,3,4\n", ["column1", "a", "b"], 2),
        ("name,\nAnn,3\n", ["name", "column2"], 1),
    ],
)  # fmt: skip
async def test_where_a_table_begins(library: Library, write: Write, text: str, header: list[str], count: int):
    await library.index([write({"a.csv": text})])

    table = await only(library)
    assert ([column.name for column in table.columns if not column.is_added], table.rows) == (header, count)


@pytest.mark.parametrize("place", [50, 400, 999])
async def test_a_stray_quote_takes_no_other_rows(library: Library, write: Write, place: int):
    lines = [f'{number},"Smith, {number}",{number}' for number in range(1000)]
    lines[place] = f'{place},"Smith,{place}'
    lines[3] = '3,"two\nlines",3'
    await library.index([write({"a.csv": "\n".join(["id,name,n", *lines])})])

    table, found = await only(library), await rows(library, "a")
    assert [row[0] for row in found] == list(range(1000))
    assert (found[3], found[place]) == ((3, "two\nlines", 3), (place, '"Smith', place))
    assert table.notes == (f"a quote is not closed in 1 of its lines ({place + 3}): it was read as a character",)


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


@pytest.mark.parametrize("data", [b"", b"no archive", workbook()[:500]])
async def test_a_broken_workbook_is_skipped(library: Library, write: Write, data: bytes):
    report = await library.index([write({"book.xlsx": data, "a.csv": "n\n1\n"})])

    assert (report.indexed, len(report.skipped)) == (1, 1)


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
