"""Tables inside documents: text with the names beside the cells, and tables that can be queried."""

import pytest

from mainstem.knowledge import Library
from mainstem.knowledge.files.formats import read

from .conftest import Write
from .samples import docx

pytestmark = pytest.mark.worker

PLANS = [["Plan", "Price", "Seats"], ["Basic", "10", "1"], ["Team", "25", "5"], ["Company", "90", "50"]]
MARKDOWN = "# Shop\n\n## Our plans\n\n" + "\n".join(
    ["| Plan | Price | Seats |", "|------|------:|-------|", *(f"| {' | '.join(row)} |" for row in PLANS[1:])]
)


def page(rows: list[list[str]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[1:])
    head = "".join(f"<th>{cell}</th>" for cell in rows[0])
    return f"<h1>Shop</h1><h2>Our plans</h2><table><tr>{head}</tr>{body}</table>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shop.md", MARKDOWN),
        ("shop.html", page(PLANS)),
        ("shop.docx", docx(("Heading 1", "Shop"), ("Heading 2", "Our plans"), PLANS)),
    ],
)
async def test_a_table_is_text_and_can_be_queried(library: Library, write: Write, name: str, content: str | bytes):
    root = write({name: content})
    report = await library.index([root])

    assert (report.passages, report.tables) == (1, 1)
    [table] = await library.tables()
    assert (table.name, table.document, table.rows) == ("shop_our_plans", name, 3)
    assert (await library.query("SELECT Plan FROM shop_our_plans WHERE Seats > 4 ORDER BY Price")).rows == (
        ("Team",),
        ("Company",),
    )
    [found] = (await library.search("What does the company plan cost?")).passages
    assert "90" in found.text


async def test_its_tables_go_with_the_document(library: Library, write: Write):
    root = write({"shop.md": MARKDOWN, "other.md": "Nothing."})
    await library.index([root])

    write({"shop.md": MARKDOWN.replace("Our plans", "Prices")})
    await library.index([root])
    assert [table.name for table in await library.tables()] == ["shop_prices"]

    write({"shop.md": "# Shop\n\nClosed."})
    assert (await library.index([root])).tables == 0

    write({"shop.md": MARKDOWN})
    await library.index([root])
    await library.forget(root / "shop.md")
    assert await library.tables() == []


async def test_tables_below_one_heading_are_numbered(library: Library, write: Write):
    again = MARKDOWN.split("\n\n", 2)[2]
    await library.index([write({"shop.md": MARKDOWN + "\n\n" + again})])

    assert [table.name for table in await library.tables()] == ["shop_our_plans", "shop_our_plans_2"]


def header_and_rows(kind: str, text: str):
    return [
        (list(table.header), [list(row) for row in table.rows]) for table in read(kind, text.encode(), 10**6).tables
    ]


def test_what_is_no_table_of_data_is_none():
    fenced = f"Some code:\n\n```\n{MARKDOWN}\n```\n"
    layout = "<table><tr><td>Menu</td><td><table><tr><th>a<th>b<tr><td>1<td>2<tr><td>3<td>4</table></td></tr></table>"

    assert header_and_rows("md", fenced) == []
    assert header_and_rows("md", "a | b\n\n---|---\n") == []
    assert header_and_rows("html", layout) == [(["a", "b"], [["1", "2"], ["3", "4"]])]
    assert header_and_rows("html", "<table role=presentation><tr><th>a<th>b<tr><td>1<td>2<tr><td>3<td>4</table>") == []


def test_cells_of_markdown_are_read_without_their_marks():
    text = "| **Name** | `Use` |\n|:--|:-:|\n| [a](http://x) | x \\| y |\n| snake_case | _b_<br> c |\n\nAfter | all.\n"

    assert header_and_rows("md", text) == [(["Name", "Use"], [["a", "x | y"], ["snake_case", "b c"]])]


def test_a_row_of_html_stands_below_the_names_of_its_columns():
    text = (
        "<table><caption>Revenue</caption><thead><tr><th rowspan=2>Region<th colspan=2>2023<th>2024"
        "<tr><th>Q1<th>Q2<th>Q1</thead><tr><td rowspan=2>North<td>1<td>2<td>3<tr><td>4<td><td>6"
        "<tr><td colspan=3>Total<td>9</table>"
    )
    extract = read("html", text.encode(), 10**6)

    assert extract.text.splitlines() == [
        "Revenue",
        "Region: North | 2023 Q1: 1 | 2023 Q2: 2 | 2024 Q1: 3",
        "Region: North | 2023 Q1: 4 | 2024 Q1: 6",
        "Region: Total | 2024 Q1: 9",
    ]
    assert extract.tables[0].caption == "Revenue"


def test_two_columns_of_words_are_read_either_way():
    text = read("docx", docx([["Owner", "Ada"], ["City", "London"]]), 10**6)

    assert text.text.splitlines()[:2] == ["Owner: Ada", "City: London"]
    assert text.tables == []


def test_headers_and_footers_of_a_word_file_are_read_once():
    from io import BytesIO

    from docx import Document

    document = Document()
    document.sections[0].header.paragraphs[0].text = "Acme, internal"
    document.sections[0].footer.paragraphs[0].text = "Version 7"
    document.add_paragraph("The body.")
    document.add_section()
    out = BytesIO()
    document.save(out)

    assert read("docx", out.getvalue(), 10**6).text == "Acme, internal\n\nThe body.\n\nVersion 7\n\n"
