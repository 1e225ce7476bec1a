"""What lies beside a database, which SQLite opens by itself, and rows of any length."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mainstem.knowledge import Library
from mainstem.knowledge.files.opening import BESIDE

from .conftest import Write

pytestmark = pytest.mark.worker


@pytest.mark.parametrize("suffix", BESIDE)
@pytest.mark.parametrize(("became", "words"), [("a pipe", "not a regular file"), ("a link out", "leads out")])
async def test_what_lies_beside_a_database_is_no_way_out(
    library: Library, write: Write, tmp_path: Path, suffix: str, became: str, words: str
):
    root = write({"good.md": "The ferry sails at seven."})
    with closing(sqlite3.connect(root / "x.db")) as database, database:
        database.execute("CREATE TABLE boats (name TEXT)")
    beside = root / f"x.db{suffix}"
    if became == "a pipe":
        os.mkfifo(beside)
    else:
        (tmp_path / "secret").write_text("Secret.")
        beside.symlink_to(tmp_path / "secret")

    report = await library.index([root])

    assert report.indexed == 1
    assert [words in each.reason for each in report.skipped] == [True]
    assert await library.skipped() == []  # it is none of the file's content: the next run looks again
    beside.unlink()
    assert (await library.index([root])).tables == 1


@pytest.mark.real  # a process reads 36 MB
@pytest.mark.parametrize("letter", ["x", "\u6771"])
async def test_a_cell_may_be_as_long_as_a_file(tmp_path: Path, write: Write, letter: str):
    library = Library(tmp_path / "home", max_file_mb=40.0)
    root = write({"short.csv": "a,b\n1,2\n", "x.csv": f"a,b\n1,{letter * (36_000_000 // len(letter.encode()))}\n2,y\n"})

    report = await library.index([root])

    assert report.skipped == ()
    longest = await library.query("SELECT max(octet_length(encode(b))) FROM x")
    assert longest.rows == ((36_000_000,),)
    await library.close()
