"""Documents are hostile input: each is read in a process of its own, under limits, and costs only itself."""

import asyncio
import os
import resource
import signal
import threading
import zipfile
import zlib
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from time import monotonic, process_time
from typing import Any

import pytest

from mainstem.knowledge import Library
from mainstem.knowledge.errors import Inaccessible
from mainstem.knowledge.files import reader
from mainstem.knowledge.files.formats import html, read
from mainstem.knowledge.files.opening import read_content
from mainstem.knowledge.files.reader import FileReader, ReadLimits, ReadRequest
from mainstem.stores.interruptible import Stopped, StopSignal

from .conftest import Write
from .samples import docx

pytestmark = pytest.mark.real  # each in a process of its own, up to the limits of memory and time


@cache
def nested_flate(times: int = 3, size: int = 5 * 2**28) -> bytes:
    """A PDF of less than a kilobyte whose page unpacks, filter by filter, to gigabytes."""
    pump = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    again = pump.compress(bytes(1 << 24)) + pump.flush(zlib.Z_FULL_FLUSH)
    checksum = (size % 65521 << 16 | 1).to_bytes(4, "big")
    stream = b"\x78\xda" + again * (size >> 24) + b"\x03\x00" + checksum
    for _ in range(times - 1):
        stream = zlib.compress(stream, 9)
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        b"<< /Length %d /Filter [%b] >>\nstream\n%b\nendstream" % (len(stream), b"/FlateDecode " * times, stream),
    ]
    out = b"%PDF-1.4\n"
    for number, part in enumerate(parts, 1):
        out += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    return out + b"trailer\n<< /Size 5 /Root 1 0 R >>\n%%EOF\n"


def rewritten(document: bytes, old: bytes, new: bytes) -> bytes:
    """A Word file with `new` in the place of `old` in its text."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(document)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(old, new) if name == "word/document.xml" else data)
    return out.getvalue()


def wide_cells() -> bytes:
    span = b'<w:tcPr><w:gridSpan w:val="100000000"/>'
    return rewritten(docx([["wide", "cell"], ["of", "words"]]), b"<w:tcPr>", span)


def tall_cells(rows: int = 3000) -> bytes:
    document = docx([["label", "value"]] + [["", str(number)] for number in range(rows)])
    return rewritten(document, b"<w:tcPr>", b"<w:tcPr><w:vMerge/>")


def packed(size: int) -> bytes:
    """A Word file that says it is small and unpacks to `size` bytes."""
    return rewritten(docx(("Normal", "Boom.")), b"Boom.", b"Boom " * (size // 5))


NESTED_SPANS = "<html><body>" + "<span>word " * 8000
DEEP_BLOCKS = "<div>word " * 20_000
ONE_LINE = "word " * 180_000
QUOTES = "." + '"' * 900_000
FENCES = "```\n~~~\n" * 100_000
MANY_COLUMNS = ",".join("ab" for _ in range(30_000)) + "\n1\n"
RAGGED = ",".join("a" for _ in range(1990)) + "\n" + "1\n" * 200_000

HOSTILE: dict[str, tuple[str, object]] = {
    "a PDF of nested Flate": ("x.pdf", nested_flate),
    "a table that says it is a hundred million columns wide": ("x.docx", wide_cells),
    "a cell over thousands of rows": ("x.docx", tall_cells),
    "a Word file that unpacks to much": ("x.docx", lambda: packed(40_000_000)),
    "nested spans": ("x.html", NESTED_SPANS),
    "deeply nested blocks": ("x.html", DEEP_BLOCKS),
    "one line": ("x.txt", ONE_LINE),
    "nothing but quotes": ("x.txt", QUOTES),
    "fences in fences": ("x.md", FENCES),
    "a table of very many columns": ("x.csv", MANY_COLUMNS),
    "a short row for a wide header, again and again": ("x.csv", RAGGED),
}


@pytest.mark.usefixtures("started_workers")  # children of this process, so that their memory is known
@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_document_costs_only_itself(tmp_path: Path, write: Write, what: str):
    name, make = HOSTILE[what]
    root = write({"good.md": "The ferry sails at seven.", name: make() if callable(make) else make})
    library = Library(tmp_path / "home", max_file_mb=1.0, document_timeout=3.0)
    own = process_time()

    report = await library.index([root])

    assert process_time() - own < 5.0  # of this process: what takes long takes it elsewhere
    assert report.indexed + len(report.skipped) == 2
    assert [Path(each.path).name for each in report.skipped] in ([], [name])
    assert len((await library.search("ferry")).passages) == 1
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert used < ReadLimits(1_000_000, 3.0, ()).memory
    await library.close()


def test_a_text_looks_at_its_own_parent_only(monkeypatch: pytest.MonkeyPatch):
    looks = 0

    def around(node: Any, known: dict[int, Any]) -> Any:
        nonlocal looks
        looks += 1
        return known.get(node.parent.mem_id, node.parent)

    monkeypatch.setattr(html, "_around", around)
    text = html.read(NESTED_SPANS.encode()).text

    assert text.count("word") == 8000
    assert looks < 20_000  # climbing from each text would be 32 million


def test_a_cell_is_said_once_and_over_several_rows_in_each():
    assert read("docx", wide_cells(), 10**6).text.strip() == "wide: cell\nof: words"
    text = read("docx", rewritten(docx([["a", "1"], ["", "2"]]), b"<w:tcPr>", b"<w:tcPr><w:vMerge/>"), 10**6).text
    assert text.strip() == "a: 1\na: 1"


async def test_what_hit_a_limit_is_named_and_not_tried_again_before_it_changes(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
):
    library = Library(tmp_path / "home", max_file_mb=1.0)
    root = write({"a.md": "Alpha.", "b.pdf": nested_flate()})
    for path in root.iterdir():
        os.utime(path, (1, 1))
    first = await library.index([root])
    started: list[object] = []
    begin = reader.start_worker
    monkeypatch.setattr(reader, "start_worker", lambda *given: (started.append(given), begin(*given))[1])

    again = await library.index([root])

    assert [Path(each.path).name for each in first.skipped] == ["b.pdf"]
    assert again.skipped == first.skipped
    assert started == []  # what nothing has changed in starts no process
    assert [(Path(each.path).name, each.reason) for each in await library.skipped()] == [
        ("b.pdf", first.skipped[0].reason)
    ]
    (root / "b.pdf").write_bytes(nested_flate() + b"\n")
    await library.index([root])
    assert len(started) == 1
    (root / "b.pdf").unlink()
    assert (await library.index([root])).skipped == ()
    assert await library.skipped() == []
    await library.close()


async def test_a_file_that_was_only_touched_is_not_tried_again(tmp_path: Path, write: Write):
    library = Library(tmp_path / "home", max_file_mb=1.0)
    root = write({"a.md": "Alpha.", "b.html": "<p> "})
    first = await library.index([root])
    os.utime(root / "b.html", (5, 5))

    assert (await library.index([root])).skipped == first.skipped

    await library.close()
    other = Library(tmp_path / "home", max_file_mb=2.0)  # other limits are another chance
    assert (await other.index([root])).skipped == first.skipped
    await other.close()


async def test_a_document_that_takes_too_long_says_which_limit(tmp_path: Path):
    page = tmp_path / "x.html"
    page.write_text("<p>word</p>" * 90_000)
    reader = FileReader(ReadLimits(10**6, 0.01, {os.path.realpath(tmp_path)}), StopSignal())
    try:
        [outcome] = await asyncio.to_thread(lambda: list(reader.read([ReadRequest(str(page), "html")], lambda: None)))
    finally:
        await asyncio.to_thread(reader.close)
    assert outcome.skipped == "it takes more than 0.01 s of work to read (MAINSTEM_DOCUMENT_TIMEOUT)"


async def test_the_files_after_one_that_kills_the_process_are_read(tmp_path: Path, write: Write):
    library = Library(tmp_path / "home", max_file_mb=1.0)
    files: dict[str, str | bytes] = {f"{number}.md": f"Alpha {number}." for number in range(6)}
    root = write({**files, "2b.pdf": nested_flate(), "4b.pdf": nested_flate(times=2)})

    report = await library.index([root])

    assert report.indexed == 6
    assert [Path(each.path).name for each in report.skipped] == ["2b.pdf", "4b.pdf"]
    await library.close()


@pytest.mark.usefixtures("started_workers")
async def test_who_stops_does_not_wait_for_a_document(tmp_path: Path):
    pipe = tmp_path / "x.db"
    pipe.write_bytes(b"SQLite")
    stop, began, stopped = StopSignal(), threading.Event(), threading.Event()
    reader = FileReader(ReadLimits(10**6, 60.0, {os.path.realpath(tmp_path)}), stop)

    def wait() -> None:
        began.set()
        stopped.wait(30)

    def work() -> None:
        with suppress(Stopped):
            list(reader.read([ReadRequest(str(pipe), "sleep")], wait))
        reader.close()

    # The process is held up while its document is waited for.
    task = asyncio.create_task(asyncio.to_thread(work))
    await asyncio.to_thread(began.wait, 30)
    process = reader._process
    assert process is not None
    os.kill(process._process.pid, signal.SIGSTOP)
    stop.set()
    stopped.set()
    await asyncio.wait_for(task, 30)
    assert process._process.returncode is not None


# files that are not what they were


def changed(tmp_path: Path, how: str) -> Path:
    path = tmp_path / "docs" / "x.md"
    path.parent.mkdir()
    (tmp_path / "secret.md").write_text("Secret.")
    match how:
        case "a pipe":
            os.mkfifo(path)
        case "a folder":
            path.mkdir()
        case "a device":
            path.symlink_to("/dev/zero")
        case "a link out":
            path.symlink_to(tmp_path / "secret.md")
        case _:
            path.write_text("x" * 2000)
    return path


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("a pipe", "not a regular file"),
        ("a folder", "not a regular file|directory"),
        ("a device", "not a regular file"),
        ("a link out", "leads out of its folder"),
        ("more", "grown beyond the limit"),
    ],
)
def test_what_a_file_became_after_the_walk_is_not_read(tmp_path: Path, how: str, words: str):
    path = changed(tmp_path, how)
    began = monotonic()
    with pytest.raises(Inaccessible, match=words):
        read_content(path, {os.path.realpath(path.parent)}, 1000)
    assert monotonic() - began < 30
    path_in_a_linked_folder = tmp_path / "link" / "secret.md"
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(Inaccessible, match="leads out"):
        read_content(path_in_a_linked_folder, {os.path.realpath(path.parent)}, 1000)
