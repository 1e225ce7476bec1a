"""PDF files: headings by their size, columns in the order of reading, tables, and scans."""

import os
from importlib.util import find_spec
from typing import Any

import pytest

from mainstem.knowledge import Library
from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats import ocr, pdf, read
from mainstem.knowledge.files.formats.pdf_tables import TableLimits
from mainstem.knowledge.indexer import Indexer

from .conftest import Write
from .samples import drawn, ruled, words

PLANS = [["Plan", "Price", "Seats"], ["Basic", "10", "1"], ["Team", "25", "5"]]


def extract(data: bytes):
    return read("pdf", data, 10**6)


def test_larger_lines_are_headings_apart_from_sentences():
    body = "".join(words(f"Line {n} of the text goes on and on.", 50, 600 - 12 * n) for n in range(5))
    page = words("The Report", 50, 700, 24) + words("Results of", 50, 640, 16) + words("the year", 50, 620, 16) + body
    page += words("An aside that is large, and a whole sentence.", 50, 500, 16)

    result = extract(drawn(page))

    assert [(h.level, h.title) for h in result.headings] == [(1, "The Report"), (2, "Results of the year")]
    assert result.text.startswith("The Report\n\nResults of the year\n\nLine 0 of the text goes on and on.\nLine 1")
    assert result.text[result.headings[1].start :].startswith("Results of the year")


def test_a_size_is_what_the_page_makes_of_it():
    scaled = "BT /F1 1 Tf 20 0 0 20 50 700 Tm (Large words) Tj ET "
    small = "".join(f"BT /F1 1 Tf 10 0 0 10 50 {600 - 12 * n} Tm (Line {n} of the text.) Tj ET " for n in range(4))

    assert [heading.title for heading in extract(drawn(scaled + small)).headings] == ["Large words"]


def columns(text: str = "the words of this column go on") -> str:
    lines = (words(f"L{n} {text}", 50, 600 - 12 * n) + words(f"R{n} {text}", 330, 600 - 12 * n) for n in range(8))
    return words(
        "A title over both of the columns of this page, from one side to the other side of it", 50, 640
    ) + "".join(lines)


def test_columns_are_read_one_after_the_other():
    text = extract(drawn(columns())).text

    places = [text.index(f"{side}{n} ") for side in "LR" for n in range(8)]
    assert places == sorted(places)
    assert text.startswith("A title over both")


def test_cells_without_lines_stay_in_their_row():
    text = extract(drawn(columns("cell"))).text

    assert text.index("R0 cell") < text.index("L1 cell")


def test_a_table_with_lines_is_text_and_a_table():
    result = extract(drawn(words("Before the table.", 50, 540) + ruled(PLANS) + words("After the table.", 50, 400)))

    assert result.text == (
        "Before the table.\n\nPlan: Basic | Price: 10 | Seats: 1\n"
        "Plan: Team | Price: 25 | Seats: 5\n\nAfter the table.\n\n"
    )
    assert [(t.header, t.rows) for t in result.tables] == [(PLANS[0], PLANS[1:])]


async def test_a_table_of_a_pdf_can_be_queried(library: Library, write: Write):
    text = "".join(words(f"Line {n} of the text goes on.", 50, 640 - 12 * n) for n in range(5))
    await library.index([write({"shop.pdf": drawn(words("Our plans", 50, 700, 20) + text + ruled(PLANS))})])

    [table] = await library.tables()
    assert table.name == "shop_our_plans"
    assert (await library.query("SELECT Plan FROM shop_our_plans WHERE Seats > 4")).rows == (("Team",),)


@pytest.mark.parametrize("limits", [TableLimits(max_lines=3), TableLimits(max_chars=3), TableLimits(seconds=-1.0)])
def test_a_page_beyond_a_limit_is_text_and_not_searched_for_tables(limits: TableLimits):
    result = pdf.read(drawn(ruled(PLANS)), limits)

    assert result.tables == []
    assert "Basic" in result.text


@pytest.mark.skipif(find_spec("rapidocr_onnxruntime") is not None, reason="the extra ocr is installed")
def test_a_scan_says_what_to_install():
    with pytest.raises(Unreadable, match=r"pip install 'mainstem\[ocr\]'"):
        extract(drawn("q 500 0 0 500 50 50 cm /I Do Q", images=True))


SCAN = "q 500 0 0 500 50 50 cm /I Do Q"


@pytest.mark.parametrize("is_installed", [False, True])
def test_scans_among_pages_of_text_are_named_and_leave_a_mark(monkeypatch: pytest.MonkeyPatch, is_installed: bool):
    monkeypatch.setattr(ocr, "is_installed", lambda: is_installed)
    monkeypatch.setattr(ocr, "_engine", lambda: lambda picture: (None, None))
    page = words("A page of text.", 50, 700)

    read_in_part = extract(drawn(page, SCAN, page, SCAN, images=True))
    assert read_in_part.missing.startswith("pages 2, 4 are scans and not read")
    assert ("mainstem[ocr]" in read_in_part.missing) is not is_installed
    second = read_in_part.text[read_in_part.pages[1] : read_in_part.pages[2]]
    assert second.strip() == ocr.MISSING_PAGE
    assert not extract(drawn(page, "", page, images=True)).missing


async def test_the_report_names_what_was_read_in_part(library: Library, write: Write):
    root = write({"a.pdf": drawn(words("A page of text.", 50, 700), SCAN, images=True)})
    report = await library.index([root])
    assert report.indexed == 1
    assert [(each.path, each.reason[:16]) for each in report.partly] == [(str(root / "a.pdf"), "page 2 is a scan")]


def test_a_scan_is_read_by_the_engine_that_is_there(monkeypatch: pytest.MonkeyPatch):
    sizes: list[tuple[int, int]] = []

    def engine(picture: Any):
        sizes.append((picture.width, picture.height))
        return [([], "The words", 0.9), ([], "of a scan.", 0.9)], None

    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "_engine", lambda: engine)
    scan, page = "q 500 0 0 500 50 50 cm /I Do Q", words("A page of text.", 50, 700)

    assert extract(drawn(page, scan, images=True)).text == "A page of text.\n\nThe words\nof a scan.\n\n"
    assert sizes == [(1275, 1651)]  # 150 dots an inch, a begun one drawn whole


async def test_a_scan_is_tried_again_once_scans_can_be_read(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
):
    root = write({"a.md": "Alpha.", "scan.pdf": drawn("q 500 0 0 500 50 50 cm /I Do Q", images=True)})
    for path in root.iterdir():
        os.utime(path, (1, 1))  # long ago, so that it counts as unchanged
    assert len((await library.index([root])).skipped) == 1
    requested: list[str] = []
    original = Indexer._request
    monkeypatch.setattr(Indexer, "_request", lambda self, file: (requested.append(file.name), original(self, file))[1])

    await library.index([root])
    assert "scan.pdf" not in requested
    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    await library.index([root])
    assert "scan.pdf" in requested
