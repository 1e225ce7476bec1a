"""Bad input: each has one clear line, costs only itself, and loses nothing."""

import errno
import os
import shutil
import sqlite3
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from mainstem.knowledge import (
    Busy,
    DiskFull,
    IndexCorrupt,
    KnowledgeError,
    Library,
    NotFound,
    NothingToRead,
    StorageError,
)
from mainstem.knowledge.errors import Inaccessible
from mainstem.knowledge.files.opening import read_content
from mainstem.knowledge.files.reader_worker import Worker
from mainstem.stores.knowledge import sqlite as store_module
from mainstem.stores.knowledge.sqlite import SqliteIndex

from .conftest import Write
from .samples import docx, pdf

pytestmark = pytest.mark.worker


async def reason(library: Library, root: Path) -> str:
    """Why the one bad file in a folder was skipped; the good one beside it is read all the same."""
    (root / "good.md").write_text("Good words.")
    report = await library.index([root])
    assert report.indexed == 1
    [skipped] = report.skipped
    return skipped.reason


async def test_a_missing_folder(library: Library, tmp_path: Path):
    with pytest.raises(NotFound, match=r"nowhere does not exist. Check the path") as raised:
        await library.index([tmp_path / "nowhere"])
    assert "\n" not in str(raised.value)
    assert isinstance(raised.value, KnowledgeError)


async def test_an_empty_folder(library: Library, write: Write):
    with pytest.raises(
        NothingToRead, match=r"nothing to read in .*docs \(only .*: 1 \.png\)\. Give a folder with Markdown"
    ):
        await library.index([write({"picture.png": b"\x89PNG"})])


async def test_no_path_at_all(library: Library):
    with pytest.raises(NothingToRead, match="no path"):
        await library.index([])


async def test_every_file_bad(library: Library, write: Write):
    with pytest.raises(NothingToRead, match=r"bad\.pdf: a broken PDF; .*empty\.md: it is empty"):
        await library.index([write({"bad.pdf": b"no", "empty.md": ""})])


async def test_a_file_of_another_kind_that_was_asked_for(library: Library, write: Write):
    root = write({"x.png": b"\x89PNG"})
    with pytest.raises(NothingToRead, match=r"files of this kind \(\.png\) are not read"):
        await library.index([root / "x.png"])


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.pdf", b"%PDF-1.4\ngarbage", "a broken PDF"),
        ("x.pdf", pdf(["Hidden."], encrypted=True), "encrypted"),
        ("x.pdf", pdf([""]), "it is a scan"),
        ("x.md", bytes(range(256)) * 20, "not a text file"),
        ("x.txt", b"\xff\xfe\x00", "utf-16"),
        ("x.md", b" \n\n", "it is empty"),
        ("x.docx", b"PK nonsense", "a broken .docx file"),
        ("x.csv", b"", "it is empty"),
        ("x.csv", bytes(range(256)) * 20, "not a text file"),
        ("x.parquet", b"PAR1 nonsense", "not a parquet file"),
        ("x.db", b"not a database at all, but long enough to look", "not an SQLite database"),
    ],
)
async def test_a_broken_file(library: Library, write: Write, name: str, data: bytes, words: str):
    assert words in await reason(library, write({name: data}))


async def test_a_zip_that_is_no_word_file(library: Library, write: Write):
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("hello.txt", "hello")

    assert "a broken docx file" in await reason(library, write({"x.docx": data.getvalue()}))


async def test_a_zip_bomb(library: Library, write: Write):
    data = BytesIO(docx(("Normal", "Boom.")))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/bomb.xml", b"\0" * 6_000_000)

    assert "would unpack to 7 MB, more than 2 MB" in await reason(library, write({"x.docx": data.getvalue()}))


async def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, write: Write):
    root = write({})
    with (root / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    library = Library(tmp_path / "home")
    tracemalloc.start()
    try:
        assert "200.0 MB, more than the limit of 50 MB" in await reason(library, root)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
        await library.close()


async def test_latin_1_is_read(library: Library, write: Write):
    await library.index([write({"x.txt": "Die Brücke über den Fluß.".encode("latin-1")})])

    [passage] = (await library.search("brücke")).passages
    assert passage.text == "Die Brücke über den Fluß."


async def test_a_folder_without_permission_loses_nothing(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
):
    root = write({"closed/a.md": "Alpha.", "b.md": "Beta."})
    await library.index([root])
    scandir = os.scandir

    def refusing(path: Path):
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    report = await library.index([root])

    assert [(Path(each.path).name, each.reason) for each in report.skipped] == [
        ("closed", "the folder cannot be read (Permission denied)")
    ]
    assert report.removed == 0
    assert len((await library.search("alpha")).passages) == 1


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refusing(path: Path, _: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refusing)

    with pytest.raises(Inaccessible, match=r"the file cannot be read \(Permission denied\)"):
        read_content(tmp_path / "x.md", {str(tmp_path)}, 1000)


async def test_a_file_that_turned_bad_is_no_longer_found(library: Library, write: Write):
    root = write({"x.md": "Alpha.", "y.md": "Beta."})
    await library.index([root])
    write({"x.md": bytes(range(256))})

    report = await library.index([root])

    assert len(report.skipped) == 1
    assert (await library.search("alpha")).passages == ()


def answers(root: Path, name: str, kind: str) -> list[Any]:
    """What the reading process says of a file, without the process."""
    said: list[Any] = []
    request = {"path": str(root / name), "kind": kind, "known": [], "copies": str(root / "copy")}
    Worker({os.path.realpath(root)}, 1_000_000, 10.0).answer(request, said.append)
    return said


def test_a_reader_that_fails_in_a_way_of_its_own(write: Write, monkeypatch: pytest.MonkeyPatch):
    def failing(*_: object):
        raise RecursionError("too deep")

    root = write({"x.html": "<p>Words."})
    monkeypatch.setattr("mainstem.knowledge.files.formats.html.read", failing)

    assert answers(root, "x.html", "html")[1] == {"skipped": "a broken html file (RecursionError: too deep)"}


async def test_a_corrupt_index_is_set_aside_and_built_anew(library: Library, write: Write, tmp_path: Path):
    root = write({"x.md": "Alpha."})
    await library.index([root])
    await library.close()
    index = tmp_path / "home" / "index.sqlite"
    for junk in (b"this is not a database" * 100, index.read_bytes()[:5000] + b"\xff" * 60_000):
        shutil.rmtree(tmp_path / "home")
        (tmp_path / "home").mkdir()
        index.write_bytes(junk)

        with pytest.raises(IndexCorrupt, match="Run `mainstem index`"):
            await library.search("alpha")
        assert (await library.index([root])).indexed == 1
        assert len((await library.search("alpha")).passages) == 1
        assert (tmp_path / "home" / "index.sqlite.corrupt-1").read_bytes() == junk


async def test_an_index_of_another_version_is_built_anew(library: Library, write: Write, tmp_path: Path):
    root = write({"x.md": "Alpha."})
    await library.index([root])
    await library.close()
    connection = sqlite3.connect(tmp_path / "home" / "index.sqlite")
    connection.execute("PRAGMA user_version = 999")
    connection.close()

    with pytest.raises(IndexCorrupt, match="another version"):
        await library.documents()
    await library.ensure_readable()
    assert [each.document for each in await library.documents()] == ["x.md"]
    assert (await library.index([root])).unchanged == 1


async def test_a_full_disk_keeps_the_old_index(library: Library, write: Write, monkeypatch: pytest.MonkeyPatch):
    root = write({"x.md": "Alpha."})
    await library.index([root])
    write({f"{number}.md": "Words and more words. " * 2000 for number in range(20)})
    connect = store_module._connect

    def small(path: Path, busy_seconds: float, *, create: bool) -> sqlite3.Connection:
        connection = connect(path, busy_seconds, create=create)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    monkeypatch.setattr(store_module, "_connect", small)
    with pytest.raises(DiskFull, match=r"is full. Free some space .* what was indexed before is kept"):
        await library.index([root])

    monkeypatch.undo()
    assert len((await library.search("alpha")).passages) == 1
    report = await library.index([root])
    assert report.indexed + report.unchanged == 21  # a slow disk may have filled up after some of them
    assert report.indexed > 0


def test_a_disk_that_fills_up_with_a_copy(write: Write, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object):
        raise OSError(errno.ENOSPC, "No space left on device")

    root = write({"x.csv": "a\n1\n"})
    monkeypatch.setattr("mainstem.knowledge.tables.parquet._written", full)

    assert answers(root, "x.csv", "csv")[1] == {"full": errno.ENOSPC}


async def test_a_disk_that_fills_up_with_a_table(library: Library, write: Write, monkeypatch: pytest.MonkeyPatch):
    root = write({"x.csv": "a\n1\n"})
    monkeypatch.setattr("mainstem.knowledge.files.reader.orjson.loads", lambda _: {"full": errno.ENOSPC})

    with pytest.raises(DiskFull):
        await library.index([root])


async def test_a_locked_database(write: Write, tmp_path: Path):
    library = Library(tmp_path, index=SqliteIndex(tmp_path / "home", busy_seconds=0.2))
    root = write({"x.md": "Alpha."})
    await library.index([root])
    write({"y.md": "Beta."})
    other = sqlite3.connect(tmp_path / "home" / "index.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(Busy, match="Another process holds the index"):
            await library.index([root])
        assert len((await library.search("alpha")).passages) == 1  # searching does not wait for a writer
    finally:
        other.close()
    assert (await library.index([root])).indexed == 1
    await library.close()


async def test_another_index_run_that_does_not_end(library: Library, write: Write, tmp_path: Path):
    from filelock import FileLock

    (tmp_path / "home").mkdir()
    with FileLock(tmp_path / "home" / "index.lock"), pytest.raises(Busy, match="Another process is indexing"):
        await library.index([write({"x.md": "Alpha."})], wait=0.3)


async def test_a_home_that_is_a_file(tmp_path: Path, write: Write):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="MAINSTEM_HOME"):
        await Library(tmp_path / "file").index([write({"x.md": "Alpha."})])
    with pytest.raises(StorageError, match="MAINSTEM_HOME"):
        await Library(tmp_path / "file").search("alpha")
