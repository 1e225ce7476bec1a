"""The home is its owner's alone, whoever makes it."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from mainstem import Session, Settings
from mainstem.knowledge import Library
from mainstem.settings import HOME
from mainstem.stores.home import made
from mainstem.stores.journal.file import open_to_write
from mainstem.stores.opening import EmbeddedStores
from tools.save_note import _write


def permissions(home: Path) -> str:
    return oct(stat.S_IMODE(home.stat().st_mode))


@pytest.fixture(autouse=True)
def plain_mask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_new_home(tmp_path: Path):
    folder = made(tmp_path / "deep" / "home", "uploads")
    assert folder.is_dir()
    assert permissions(folder.parent) == "0o700"
    assert (folder.parent / ".gitignore").read_text() == "*\n"
    assert made(folder.parent) == folder.parent


def test_a_home_that_is_there_is_left_as_it_is(tmp_path: Path):
    (tmp_path / "shared").mkdir(mode=0o750)
    made(tmp_path / "shared")
    assert permissions(tmp_path / "shared") == "0o750"
    assert not (tmp_path / "shared" / ".gitignore").exists()


def test_one_that_an_earlier_version_made_is_closed_once(tmp_path: Path):
    home = tmp_path / HOME
    home.mkdir(mode=0o755)
    made(home)
    assert permissions(home) == "0o700"
    home.chmod(0o750)
    made(home)
    assert permissions(home) == "0o750"


def test_a_file_in_its_place(tmp_path: Path):
    (tmp_path / "home").write_text("")
    with pytest.raises(FileExistsError):
        made(tmp_path / "home")


async def index(home: Path):
    paper = home.parent.parent / "a.md"
    paper.write_text("Alpha.")
    await Library(home).index([paper])


async def ask(home: Path):
    async with Session(Settings(home=home, model="extractive")) as session:
        await session.ask("What is a run?").result()


async def hold_a_thread(home: Path):
    async with EmbeddedStores(home).threads.lease("t"):
        pass


async def write_a_note(home: Path):
    await asyncio.to_thread(_write, home / "notes", "Title", "Text")


async def write_a_journal(home: Path):
    await asyncio.to_thread(lambda: open_to_write(home / "journal.sqlite")[0].close())


@pytest.mark.parametrize("make", [index, ask, hold_a_thread, write_a_note, write_a_journal])
async def test_whoever_makes_it(tmp_path: Path, make):
    home = tmp_path / "new" / "home"
    await make(home)
    assert permissions(home) == "0o700"
    assert (home / ".gitignore").read_text() == "*\n"
