"""The forms that CSV files come in. All of them are indexed once, by one process, and each test looks at its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mainstem.knowledge import Library, Table

from .copies import rows

FORMS: dict[str, tuple[str, list[tuple[object, ...]]]] = {
    "semicolons.csv": ("x;y\n1,5;2\n", [(1.5, 2, "1,5")]),
    "bars.csv": ("x|y\n1|2\n", [(1, 2)]),
    "tabs.tsv": ("x\ty\na, b\t2\n", [("a, b", 2)]),
    "quotes_after_a_backslash.csv": ('x,y\n"say \\"hi\\", now",2\n', [('say "hi", now', 2)]),
    "quotes_twice.csv": ('x,y\n"say ""hi"", now",2\n', [('say "hi", now', 2)]),
    "lines_in_quotes.csv": ('x,y\n"two\nlines",2\n"",3\n', [("two\nlines", 2), (None, 3)]),
    "ragged.csv": ("x,y\n1\n1,2,3\n\n\n4,5\n", [(1, None, None), (1, 2, 3), (4, 5, None)]),
    "spaces.csv": ("x , y\n a , 2 \n", [("a", 2)]),
    "no_header.csv": ("1,2\n3,4\n", [(1, 2), (3, 4)]),
    "returns.csv": ("x,y\r\n1,2\r\n", [(1, 2)]),
    "a_long_value.csv": ("x\n" + "long " * 30_000, [(("long " * 2_000) + "…",)]),
    "an_open_quote.csv": ('x,y\nan unclosed "quote,2\n', [('an unclosed "quote', 2)]),
    "no_rows.csv": ("x,y\n", []),
}
"""Files by name, and the rows that they hold."""

STARTS: dict[str, tuple[str, list[str], int]] = {
    "below_a_title.csv": ("Sales of 2024,,\n\nitem,price,units\npen,2,3\n", ["item", "price", "units"], 1),
    "below_two_headers.csv": (",2019,2018\n,Men,Women\nAll,1,2\n", ["column1", "2019 Men", "2018 Women"], 1),
    "below_wide_headers.csv": (
        ",2019,,2018,\n,Men,Women,Men,Women\nAll,1,2,3,4\n",
        ["column1", "2019 Men", "2019 Women", "2018 Men", "2018 Women"],
        1,
    ),
    "below_a_unit.csv": (",2019,2018\n,(in millions),\nAll,1,2\n", ["column1", "2019", "2018"], 1),
    "with_numbers.csv": (",a,b\n,1,2\n,3,4\n", ["column1", "a", "b"], 2),
    "with_one_name.csv": ("name,\nAnn,3\n", ["name", "column2"], 1),
}
"""Files by name, the header that is found in them, and how many rows stand below it."""

STRAY = (50, 400, 999)
"""The line, of a thousand, in which a quote is opened and not closed."""


def typed() -> str:
    return "\n".join([
        "id,price,mixed,zip,day,moment,active,odd day,dash,big,empty",
        "1,2.5,1,01234,2024-02-29,2024-01-01 10:00,true,2024-02-30,-,12345678901234567890,",
        "-2,3,1.5e3,99999,2023-12-31,2024-01-01T10:00:30.5,False,2024-01-01,5,1,",
        ",.5,,,,,,,,,",
    ])  # fmt: skip


def sales() -> str:
    return "\n".join(["day,price", *(f"{day}/03/2024,${day}" for day in range(11, 30)), "30/03/2024,sold out"])


def stray(place: int) -> str:
    lines = [f'{number},"Smith, {number}",{number}' for number in range(1000)]
    lines[place] = f'{place},"Smith,{place}'
    lines[3] = '3,"two\nlines",3'
    return "\n".join(["id,name,n", *lines])


def files() -> dict[str, str | bytes]:
    return {
        **{name: text for name, (text, _) in FORMS.items()},
        **{name: text for name, (text, *_) in STARTS.items()},
        **{f"stray_{place}.csv": stray(place) for place in STRAY},
        "things.csv": typed(),
        "headers.csv": "Name,,name,Name_2, ,\n1,2,3,4,5,6,7\n",
        "cp1252.csv": "Straße,Ort\nHauptstraße,Köln\n".encode("cp1252"),
        "sales.csv": sales(),
        "totals.csv": "item,price\npen,2\nTotal revenue,3\nTotal,5\n",
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has indexed all of `files`; no test changes it."""
    folder = tmp_path_factory.mktemp("forms")
    (folder / "docs").mkdir()
    for name, content in files().items():
        (folder / "docs" / name).write_bytes(content.encode() if isinstance(content, str) else content)

    async def index() -> None:
        library = Library(folder / "home", max_file_mb=1.0)
        report = await library.index([folder / "docs"])
        await library.close()
        assert (report.indexed, report.skipped) == (len(files()), ())

    asyncio.run(index())
    return folder / "home"


@pytest.fixture
async def library(home: Path) -> AsyncIterator[Library]:
    library = Library(home)
    yield library
    await library.close()


async def table(library: Library, name: str) -> Table:
    return next(table for table in await library.tables() if table.name == name)


@pytest.mark.parametrize("name", FORMS)
async def test_csv_comes_in_many_forms(library: Library, name: str):
    _, expected = FORMS[name]

    assert await rows(library, Path(name).stem) == expected


async def test_columns_are_typed_by_what_all_their_values_are(library: Library):
    things = await table(library, "things")
    assert [(column.name, column.type) for column in things.columns] == [
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
    assert (things.rows, things.document) == (3, "things.csv")
    first, second, third = await rows(library, "things")
    assert first == (
        1, 2.5, 1.0, "01234", "2024-02-29", "2024-01-01T10:00:00", True, "2024-02-30", None,
        "12345678901234567890", None, "-",
    )  # fmt: skip
    assert second[5:7] == ("2024-01-01T10:00:30.500000", False)
    assert third == (None, 0.5, *[None] * 10)


async def test_headers_that_repeat_or_are_empty_get_names(library: Library):
    assert [column.name for column in (await table(library, "headers")).columns] == [
        "Name", "column2", "name_2", "Name_2_2", "column5", "column6", "column7",
    ]  # fmt: skip


async def test_csv_in_another_encoding(library: Library):
    assert await rows(library, "cp1252") == [("Hauptstraße", "Köln")]


async def test_the_text_stays_beside_what_was_read_from_it(library: Library):
    found = await table(library, "sales")
    day, price, *_ = found.columns
    assert (day.raw, day.read_as, price.raw, price.read_as, price.unread) == (
        "day_text", "dates, day first", "price_text", "money, $", 1,
    )  # fmt: skip
    assert (await rows(library, "sales"))[-1] == ("2024-03-30", None, "30/03/2024", "sold out")
    assert found.notes == ("price: 1 are no such numbers and stay as text (sold out)",)
    assert found.sample[0] == ("11/03/2024", "$11")


async def test_rows_of_totals_are_marked(library: Library):
    assert [row[-1] for row in await rows(library, "totals")] == [False, False, True]
    assert (await table(library, "totals")).notes == ("rows of totals: 1, marked in is_total",)


@pytest.mark.parametrize("name", STARTS)
async def test_where_a_table_begins(library: Library, name: str):
    _, header, count = STARTS[name]

    found = await table(library, Path(name).stem)
    assert ([column.name for column in found.columns if not column.is_added], found.rows) == (header, count)


@pytest.mark.parametrize("place", STRAY)
async def test_a_stray_quote_takes_no_other_rows(library: Library, place: int):
    found = await rows(library, f"stray_{place}")
    assert [row[0] for row in found] == list(range(1000))
    assert (found[3], found[place]) == ((3, "two\nlines", 3), (place, '"Smith', place))
    notes = (await table(library, f"stray_{place}")).notes
    assert notes == (f"a quote is not closed in 1 of its lines ({place + 3}): it was read as a character",)
