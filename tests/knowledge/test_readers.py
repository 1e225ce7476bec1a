"""Files turned into text."""

import pytest

from mainstem.knowledge import Library
from mainstem.knowledge.files.formats import Heading, read
from mainstem.knowledge.files.formats.text import decode

from .samples import docx, pdf


def extract(kind: str, data: bytes | str):
    return read(kind, data.encode() if isinstance(data, str) else data, 1_000_000)


@pytest.mark.parametrize(
    "data",
    [
        "naïve café".encode(),
        b"\xef\xbb\xbf" + "naïve café".encode(),
        "naïve café".encode("utf-16"),
        "naïve café".encode("cp1252"),
        "naïve café".encode("latin-1"),
    ],
)
def test_text_comes_in_many_encodings(data: bytes):
    assert decode(data) == "naïve café"


def test_bytes_that_windows_does_not_know_are_latin_1():
    assert decode(b"caf\xe9 \x81") == "café \x81"


def test_newlines_become_plain():
    assert extract("txt", "one\r\ntwo\rthree\n").text == "one\ntwo\nthree\n"


def test_markdown_headings():
    text = "# One #\n\nTitle\n=====\n\nSub\n---\n\n```\n# no\n```\n### The `three` [link](x) {#anchor}\n\n- item\n---\n"

    assert [(h.level, h.title) for h in extract("md", text).headings] == [
        (1, "One"),
        (1, "Title"),
        (2, "Sub"),
        (3, "The three link"),
    ]


def test_front_matter_gives_the_title():
    text = '---\ntitle: "The guide"\nlevel: 3\n---\n\n## Install\n'

    assert extract("mdx", text).headings == [Heading(0, 0, "The guide"), Heading(text.index("##"), 2, "Install")]


def test_restructured_text_headings_are_ranked_by_first_use():
    text = (
        "PEP: 1\nTitle: Purpose\n\nOne\n===\n\nTwo\n---\n\nAgain\n=====\n\nA table\n\n==== ====\n a    b\n==== ====\n"
    )

    assert [(h.level, h.title) for h in extract("rst", text).headings] == [
        (0, "Purpose"),
        (1, "One"),
        (2, "Two"),
        (1, "Again"),
    ]


def test_html_reads_like_the_page():
    page = """<html><head><title>The  page</title><style>p {}</style></head><body><nav>Menu</nav>
    <h1>Hello <em>there</em></h1><p>One
    paragraph<br>in two lines.</p><script>alert(1)</script><div>Before<p>Within</p>After</div>
    <ul><li>first<li>second <b>bold</b></ul><table><tr><th>a<th>b<tr><td>1<td>2</table>
    <pre>def f():

    return 1</pre></body></html>"""

    result = extract("html", page)

    assert result.text == (
        "Hello there\n\nOne paragraph\nin two lines.\n\nBefore\n\nWithin\n\nAfter\n\n- first\n- second bold\n\n"
        "a: 1 | b: 2\n\n```\ndef f():\n\n    return 1\n```"
    )
    assert result.headings == [Heading(0, 0, "The page"), Heading(0, 1, "Hello there")]


def test_html_says_its_own_encoding():
    page = '<meta charset="iso-8859-5"><p>Привет'.encode("iso-8859-5")

    assert extract("html", page).text == "Привет"


def test_docx_keeps_headings_lists_and_tables():
    data = docx(
        ("Title", "Report"), ("Heading 1", "Results"), ("Normal", "Revenue rose."), ("List Bullet", "one"),
        [["year", "net"], ["2023", "41"]],
    )  # fmt: skip

    result = extract("docx", data)

    assert result.text == "Report\n\nResults\n\nRevenue rose.\n\n- one\n\nyear: 2023 | net: 41\n\n"
    assert [(h.level, h.title) for h in result.headings] == [(0, "Report"), (1, "Results")]


def test_pdf_keeps_pages_and_bookmarks():
    result = extract("pdf", pdf(["Introduction\nWords.", "Methods\nMore words."], bookmarks=[("Methods", 1)]))

    assert [result.text[start:].split()[0] for start in result.pages] == ["Introduction", "Methods"]
    assert result.headings == [Heading(result.pages[1], 1, "Methods")]


async def test_a_passage_of_a_pdf_names_its_page(library: Library, write):
    root = write({"paper.pdf": pdf(["Nothing of note here.", "The turbidity was forty-one units."])})
    await library.index([root])

    [passage] = (await library.search("turbidity")).passages

    assert (passage.document, passage.page, passage.line) == ("paper.pdf", 2, None)
    assert passage.text == "The turbidity was forty-one units."
