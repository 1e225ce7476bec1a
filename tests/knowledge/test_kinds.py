"""Presentations, JSON, notebooks, source code and e-mail turned into text, and their tables."""

import json

import pytest

from mainstem.knowledge import Library
from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.chunking import chunks
from mainstem.knowledge.files.formats import read

from .conftest import Write
from .samples import eml, notebook, pptx, shape, slide_table

LIMIT = 1_000_000


def extract(kind: str, data: bytes | str):
    return read(kind, data.encode() if isinstance(data, str) else data, LIMIT)


def titles(kind: str, data: bytes | str) -> list[str]:
    return [heading.title for heading in extract(kind, data).headings]


def test_a_presentation_is_read_slide_by_slide():
    data = pptx(
        [shape("Second line", y=200), shape("First &amp; line", y=100), shape("Plans", kind="title", y=300)],
        [shape("Prices", kind="ctrTitle"), slide_table([["Plan", "Price"], ["Basic", "10"], ["Team", "25"]])],
        [shape("No title here", y=1), shape("3", kind="sldNum")],
        notes="Say hello.",
    )

    result = extract("pptx", data)

    assert result.text == (
        "Plans\n\nFirst & line\n\nSecond line\n\nNotes: Say hello.\n\n"
        "Prices\n\nPlan: Basic | Price: 10\nPlan: Team | Price: 25\n\nSlide 3\n\nNo title here\n\n"
    )
    # what a slide says is of the show that the first one names
    assert [(h.title, h.level) for h in result.headings] == [("Plans", 1), ("Prices", 2), ("Slide 3", 2)]
    assert [result.text[start:].split()[0] for start in result.pages] == ["Plans", "Prices", "Slide"]
    assert [(t.header, t.rows) for t in result.tables] == [(["Plan", "Price"], [["Basic", "10"], ["Team", "25"]])]


def test_paragraphs_of_one_place_of_a_slide_are_items():
    text = extract("pptx", pptx([shape("Losses", kind="title"), shape("A freezer failed\n37 bags were lost")])).text
    assert text == "Losses\n\n- A freezer failed\n- 37 bags were lost\n\n"


def test_json_is_a_line_a_value_after_its_path():
    data = {
        "name": "Aurora",
        "engine": {"kw": 900, "maker": {"name": "Wärt", "city": None}},
        "ports": ["Halden", "Strand"],
        "crew": [{"who": "Ada", "age": 41, "tags": ["a", "b"]}, {"who": "Ben"}],
    }

    result = extract("json", json.dumps(data))

    assert result.text.splitlines() == [
        "name: Aurora", "", "engine", "", "engine.kw: 900", "engine.maker.name: Wärt", "engine.maker.city: null",
        "", "ports[0]: Halden", "ports[1]: Strand", "", "crew", "", "who: Ada | age: 41 | tags: a, b", "Ben", "",
    ]  # fmt: skip
    assert [(t.header, t.rows) for t in result.tables] == [
        (["who", "age", "tags"], [["Ada", "41", "a, b"], ["Ben", "", ""]])
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ships.json", '[{"name": "Aurora", "seats": 640}, {"name": "Boreas", "seats": 120}]'),
        ("ships.jsonl", '{"name": "Aurora", "seats": 640}\n\n{"name": "Boreas", "seats": 120}\n'),
        ("ships.json", '{"name": "Aurora", "seats": 640}\n{"name": "Boreas", "seats": 120}\n'),
    ],
)
async def test_a_list_of_flat_records_can_be_queried(library: Library, write: Write, name: str, content: str):
    await library.index([write({name: content})])

    [table] = await library.tables()
    assert (await library.query(f"SELECT name FROM {table.name} WHERE seats > 500")).rows == (("Aurora",),)
    assert (await library.search("How many seats does the Boreas have?")).passages[0].text.count("120") == 1


def test_a_notebook_names_its_cells():
    data = notebook(
        ("markdown", "# Sales\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"),
        ("code", "total = 1 + 1\nprint(total)", "2"),
        ("raw", "as it is"),
    )

    result = extract("ipynb", data)

    assert result.text == (
        "# Sales\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n"
        "[code cell 2]\n```\ntotal = 1 + 1\nprint(total)\n```\n\n[output of cell 2]\n2\n\n[raw cell 3]\nas it is\n\n"
    )
    assert [h.title for h in result.headings] == ["Sales"]
    assert result.text[result.tables[0].start :].startswith("| a | b |")


PYTHON = '''"""A module."""

import os


@cache
def area(width, height):
    """The area."""

    return width * height


class Ship:
    """A ship."""

    def sail(self):
        pass

    async def stop(self):
        pass
'''


def test_python_is_cut_where_symbols_begin():
    result = extract("python", PYTHON)

    assert [(h.title, h.level) for h in result.headings] == [
        ("area()", 1), ("class Ship", 1), ("sail()", 2), ("stop()", 2),
    ]  # fmt: skip
    assert result.text[result.headings[0].start :].startswith("@cache\ndef area")
    assert titles("python", "def broken(:\n  pass\ndef fine(x):\n  pass\n") == ["broken", "fine"]


def test_a_function_is_one_passage_up_to_a_limit():
    body = "".join(f"    step_{number} = do({number})\n\n" for number in range(60))
    text = f"def first():\n{body}\n\ndef second():\n{body}"

    pieces = list(chunks(extract("python", text)))

    assert [piece.heading for piece in pieces] == ["first()", "second()"]
    assert len(pieces[0].text) > 1000
    assert pieces[1].line == text[: text.index("def second")].count("\n") + 1


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("export class Ship {\n}\n\n// how fast\nexport const speed = (x) => x\nasync function go() {\n}\n",
         ["Ship", "speed", "go"]),
        ("package a\n\nfunc (s *Ship) Sail(to string) error {\n\treturn nil\n}\ntype Port struct {\n}\n",
         ["Sail", "Port struct"]),
        ("pub fn sail(to: &str) {\n    if x {\n    }\n}\nimpl Ship for Boat {\n}\n", ["sail", "Ship for Boat"]),
        ("int main(int argc) {\n  return 0;\n}\nstatic void stop(void)\n{\n}\nreturn (x)\n", ["main", "stop"]),
        ("CREATE TABLE ships (id int);\n\ncreate or replace view fast as select 1;\n", ["ships", "fast as select 1"]),
        ("no code at all, only (words)\n", []),
    ],
)  # fmt: skip
def test_other_code_is_cut_where_lines_declare(code: str, names: list[str]):
    assert titles("code", code) == names


def test_a_comment_belongs_to_what_it_stands_above():
    result = extract("code", "class A {\n}\n\n// how fast\n// it goes\nfunction speed() {\n}\n")

    assert result.text[result.headings[1].start :].startswith("// how fast")


def test_an_email_is_its_headers_words_and_attachments():
    result = extract(
        "eml", eml("Crew list =?utf-8?q?f=C3=BCr?= May", "Dear Ben,\n\nthe list.", attachments=["list.pdf"])
    )

    assert result.text == (
        "Crew list für May\n\nFrom: Ada Lindqvist <ada@example.org>\nTo: ben@example.org\n"
        "Date: Mon, 02 Mar 2026 10:00:00 +0100\n\nDear Ben,\n\nthe list.\n\nAttachments: list.pdf\n\n"
    )
    assert result.headings[0].title == "Crew list für May"


def test_the_words_of_an_email_may_be_a_page():
    page = (
        "<style>p {}</style><p>The <b>ferry</b> is late.</p><table><tr><th>a<th>b<tr><td>1<td>2<tr><td>3<td>4</table>"
    )
    result = extract("eml", eml("Late", page, html=True))

    assert "The ferry is late.\n\na: 1 | b: 2" in result.text
    assert result.text[result.tables[0].start :].startswith("a: 1")


def test_a_box_of_email_is_read_message_by_message():
    first, second = eml("One", "From here on\n>From there"), eml("Two", "Bye")
    box = b"From ada Mon Mar  2 10:00:00 2026\n" + first.replace(b"\nFrom here", b"\n>From here") + b"\n"
    box += b"From ada Mon Mar  2 11:00:00 2026\n" + second

    assert titles("mbox", box) == ["One", "Two"]
    assert "\nFrom here on" in extract("mbox", box).text


ENTITIES = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><p:presentation>&x;</p:presentation>'


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("pptx", b"no archive", "a broken .pptx file, or one with a password"),
        ("pptx", b"", "a broken .pptx file, or one with a password"),
        ("pptx", pptx(), "it is empty"),
        ("pptx", pptx([shape("x")], parts={"ppt/slides/slide1.xml": "<a><b>"}), "a broken .pptx file (no element"),
        ("pptx", pptx([shape("x")], parts={"ppt/presentation.xml": ENTITIES}), "a document type"),
        ("pptx", pptx([shape("x")], parts={"ppt/presentation.xml": ENTITIES.encode("utf-16")}), "a document type"),
        ("pptx", pptx([shape("x" * 3_000_000)]), "it would unpack to 3 MB, more than 2 MB"),
        ("json", b"{", "broken JSON"),
        ("json", b"", "broken JSON"),
        ("json", b"[" * 100_000, "levels deep"),
        ("json", b"[" * 500 + b"1" + b"]" * 500, "levels deep"),
        ("json", b"{}", "it is empty"),
        ("jsonl", b'{"a": 1}\n{"a": \n', "broken JSON in line 2"),
        ("jsonl", b"\x00\x01\x02\x03" * 100, "not a text file"),
        ("ipynb", b"{}", "no notebook"),
        ("ipynb", b'{"cells": 7}', "no notebook"),
        ("ipynb", b'{"cells": [7, {"cell_type": "code"}]}', "it is empty"),
        ("ipynb", b'{"cells":' + b"[" * 100_000, "no notebook"),
        ("eml", b"", "not an e-mail"),
        ("eml", b"<html><body>hi", "not an e-mail"),
        ("eml", b"\x00\x01" * 1000, "not an e-mail"),
        ("mbox", b"Subject: no box", "not a box of e-mail"),
        ("python", b"\x7fELF\x00\x01\x02" * 50, "not a text file"),
        ("code", b"x=1;" * 10_000, "minified code"),
    ],
)  # fmt: skip
def test_what_is_broken_says_so_in_a_line(kind: str, data: bytes, reason: str):
    with pytest.raises(Unreadable) as raised:
        read(kind, data, LIMIT)

    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_archive_of_thousands_of_parts_is_not_unpacked():
    with pytest.raises(Unreadable, match="parts, more than 10000"):
        read("pptx", pptx(parts={f"ppt/{n}.xml": "" for n in range(10_001)}), LIMIT)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(encoding: str):
    assert "Zürich" in extract("json", '{"city": "Zürich"}'.encode(encoding)).text
    assert "Zürich" in extract("code", '// Zürich\nconst city = "Zürich"\n'.encode(encoding)).text


async def test_a_broken_file_of_each_kind_costs_only_itself(library: Library, write: Write):
    suffixes = ("pptx", "docx", "pdf", "json", "jsonl", "ipynb", "eml", "mbox", "py", "js")
    bad = {f"bad.{suffix}": b"\x00\x01broken\xff" * 9 for suffix in suffixes}

    report = await library.index([write({"good.md": "Alpha.", **bad})])

    assert report.indexed == 1
    assert sorted(each.path.rsplit(".", 1)[1] for each in report.skipped) == sorted(suffixes)
