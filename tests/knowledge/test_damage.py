"""An index of which only a part is damaged: it is found out, kept aside, and built anew from all that it held."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mainstem import Session, Settings
from mainstem.knowledge import IndexCorrupt, Library, index_cache
from mainstem.knowledge.index_cache import prepare

from .conftest import Write

pytestmark = pytest.mark.real  # an index after the other, each read by a process

WORDS = "The ferry sails at seven. " * 40


@pytest.fixture
async def home(library: Library, write: Write, tmp_path: Path) -> Path:
    """The home of an index of two hundred notes in two folders, and a table."""
    many = {f"{folder}/{number}.md": f"{WORDS} Note {number}." for folder in "ab" for number in range(100)}
    root = write({**many, "boats.csv": "harbour,boats\nSouth,12\n"})
    for paths in ([root / "a"], [root / "b", root / "boats.csv"]):
        await library.index(paths)
    await library.close()
    return tmp_path / "home"


def damage(home: Path, at: float, size: int, offset: int = 0, *, keep_names: bool = True) -> bytes:
    """Overwrite blocks in the middle of the index, from `at` on where the names of its files stay; so does its header.

    Where SQLite puts which table changes with the schema: without `keep_names`, the blocks are those at `at`.
    """
    index = home / "index.sqlite"
    whole = index.read_bytes()
    for step in range(20):
        data = bytearray(whole)
        start = int(len(data) * ((at + step * 0.05) % 1)) // 4096 * 4096 + offset
        data[start : start + size] = b"\xa5" * size
        index.write_bytes(data[: len(whole)])
        if not keep_names or (start > 0 and _names(index)):
            return bytes(data[: len(whole)])
    raise AssertionError("there is no such place")


def _names(index: Path) -> bool:
    with closing(sqlite3.connect(index)) as connection:
        try:
            return connection.execute("SELECT count(path), count(name) FROM file").fetchone() == (201, 201)
        except sqlite3.DatabaseError:
            return False


@pytest.mark.parametrize(("at", "size", "offset"), [(0.3, 40_000, 0), (0.8, 4096, 0), (0.5, 400, 900)])
async def test_indexing_finds_the_damage_and_reads_everything_again(
    library: Library, write: Write, home: Path, caplog: pytest.LogCaptureFixture, at: float, size: int, offset: int
):
    damaged = damage(home, at, size, offset)

    report = await library.index([write({}) / "a"], thorough=True)

    assert (report.indexed, report.unchanged) == (100, 0)
    assert (home / "index.sqlite.corrupt-1").read_bytes() == damaged
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "index.sqlite.corrupt-1" in caplog.text
    assert len(await library.documents()) == 200
    assert (await library.query("SELECT boats FROM boats")).rows == ((12,),)


async def test_what_was_indexed_keeps_its_name(library: Library, home: Path):
    before = {each.path: each.document for each in await library.documents()}
    damage(home, 0.3, 40_000)

    await library.mend()

    assert {each.path: each.document for each in await library.documents()} == before


async def test_files_that_the_damaged_index_no_longer_names_come_back_with_their_folder(
    library: Library, write: Write, home: Path, caplog: pytest.LogCaptureFixture
):
    damage(home, 0.6, 40_000, keep_names=False)

    await library.mend()

    known = len(await library.documents())
    assert f"The {known} files that it still names" in caplog.text
    assert 0 < known < 200
    await library.index([write({})])
    assert len(await library.documents()) == 200


async def test_a_sound_index_is_left_alone(library: Library, write: Write, home: Path):
    assert (await library.index([write({})], thorough=True)).unchanged == 201
    await library.mend()
    assert not (home / "index.sqlite.corrupt-1").exists()


async def test_what_the_settings_name_is_mended_before_it_is_searched(home: Path, write: Write):
    damage(home, 0.0, 200_000, 4096, keep_names=False)

    await prepare(Settings(home=home, docs=[write({})]))

    assert len(await Library(home).documents()) == 200


async def test_a_text_that_is_no_text_is_damage(library: Library, home: Path):
    with closing(sqlite3.connect(home / "index.sqlite")) as connection, connection:
        connection.execute("UPDATE file SET name = CAST(x'ff' AS TEXT) WHERE id = 1")

    with pytest.raises(IndexCorrupt, match="cannot be read"):
        await library.documents()


def footer(parquet: bytes) -> int:
    """The bytes at the end of a Parquet file that say where its rows lie."""
    return int.from_bytes(parquet[-8:-4], "little") + 8


Broken = Callable[[bytes], bytes | None]
BROKEN: dict[str, Broken] = {
    "gone": lambda _: None,
    "empty": lambda _: b"",
    "junk": lambda _: b"junk",
    "junk in its frame": lambda _: b"PAR1junkPAR1",
    "half": lambda data: data[: len(data) // 2],
    "cut at its front": lambda data: data[len(data) // 2 :],
    "a footer alone": lambda data: data[:4] + data[-footer(data) :],
    "its rows overwritten": lambda data: data[:4] + b"\xa5" * (len(data) - 4 - footer(data)) + data[-footer(data) :],
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_a_copy_that_is_gone_or_broken_is_made_anew(library: Library, write: Write, home: Path, broken: Broken):
    [copy] = (home / "tables").iterdir()
    content = broken(copy.read_bytes())
    copy.unlink()
    if content is not None:
        copy.write_bytes(content)

    with pytest.raises(IndexCorrupt, match=r"copy of the table boats is gone .* `mainstem index` on .*boats\.csv"):
        await library.query("SELECT boats FROM boats")
    report = await library.index([write({})])

    assert (report.indexed, report.unchanged) == (1, 200)
    assert (await library.query("SELECT boats FROM boats")).rows == ((12,),)
    assert not (home / "index.sqlite.corrupt-1").exists()


async def test_mending_makes_copies_anew_and_leaves_what_else_is_gone(library: Library, write: Write, home: Path):
    [copy] = (home / "tables").iterdir()
    copy.unlink()
    (write({}) / "a" / "1.md").unlink()

    await library.mend()

    assert (await library.query("SELECT boats FROM boats")).rows == ((12,),)
    assert len(await library.documents()) == 200


async def test_who_asks_over_an_index_of_another_version_gets_an_answer(write: Write, tmp_path: Path):
    home = tmp_path / "home"
    async with Session(Settings(home=home, docs=[write({"towers.md": "The mill has seven towers."})])) as session:
        await session.ask("How many towers has the mill?").result()
    await index_cache.library(Settings(home=home)).close()
    with closing(sqlite3.connect(home / "index.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 1")
    async with Session(Settings(home=home)) as session:  # names no folder: what was indexed is to be found again
        result = await session.ask("How many towers has the mill?").result()
    assert "seven towers" in result.text
