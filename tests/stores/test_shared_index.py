"""The index of many machines: each has a copy of its own, and nothing is read twice or left behind on one of them."""

import asyncio
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from mainstem.knowledge import Library, StorageError
from mainstem.knowledge.files.reader import FileReader, ReadOutcome
from mainstem.stores.interruptible import StopSignal
from mainstem.stores.knowledge import USER, Changes, File, FileContent
from mainstem.stores.postgres import index_replica, indexed_files, schema
from mainstem.stores.postgres.database import Pool, pool_of
from mainstem.stores.postgres.index import PostgresIndex

from .. import forked
from ..conftest import ROOT
from ..ports import free_port

pytestmark = pytest.mark.worker

FERRY = "# Ferry\n\nThe ferry sails from the south harbour at seven.\n"
BOATS = "harbour,boats\nSouth,12\nNorth,30\n"


@pytest.fixture
async def machine(database_url: str, tmp_path: Path) -> AsyncIterator[Callable[[str], Library]]:
    """The library of a machine by its name, over a database that all of them share."""
    libraries: dict[str, Library] = {}

    def of(name: str) -> Library:
        if name not in libraries:
            index = PostgresIndex(pool_of(database_url), tmp_path / name)
            libraries[name] = Library(tmp_path / name, index=index, query_timeout=60.0)
        return libraries[name]

    yield of
    for library in libraries.values():
        await library.close()


def write(folder: Path, **files: str) -> Path:
    """Files of these names, with `__` for the dot; they are an hour old."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(content)
        aged(path, 3600)
    return folder


def aged(path: Path, seconds: float) -> None:
    changed = path.stat().st_mtime - seconds
    os.utime(path, (changed, changed))


async def found(library: Library, query: str = "ferry") -> list[str]:
    return [passage.text for passage in (await library.search(query)).passages]


async def test_what_one_machine_has_read_no_other_reads(machine, tmp_path):
    one, two = machine("one"), machine("two")
    folder = write(tmp_path / "docs", ferry__md=FERRY, boats__csv=BOATS, bad__pdf="no PDF at all")
    first = await one.index([folder])
    assert (first.indexed, len(first.skipped)) == (2, 1)
    again = await two.index([folder])
    assert (again.indexed, again.unchanged, again.skipped) == (0, 2, first.skipped)
    assert await two.skipped() == await one.skipped()
    assert await two.documents() == await one.documents()
    for query in ("When does the ferry sail?", "boats in the south"):
        assert await two.search(query) == await one.search(query)
    assert (await two.query("SELECT sum(boats) FROM boats")).rows == ((42,),)
    folder.joinpath("ferry.md").unlink()
    folder.joinpath("boats.csv").unlink()
    write(folder, train__md="Trains leave every hour.")
    assert (await two.index([folder])).removed == 2
    assert await found(one) == []
    assert await one.tables() == []
    assert not list(tmp_path.glob("one/replica/tables/*"))


async def test_what_lies_below_the_home_is_brought_to_every_machine(machine, tmp_path):
    one, two = machine("one"), machine("two")
    uploads = write(tmp_path / "one" / "uploads" / "ada", ferry__md=FERRY, bad__pdf="no PDF at all", empty__md="")
    await one.index([uploads])
    (passage,) = (await two.search("ferry")).passages
    there = tmp_path / "two" / "uploads" / "ada"
    assert passage.path == str(there / "ferry.md")
    assert {path.name: path.read_text() for path in there.iterdir()} == {
        "ferry.md": FERRY,
        "bad.pdf": "no PDF at all",
        "empty.md": "",
    }
    report = await two.index([there])
    assert (report.indexed, report.unchanged, report.removed, len(report.skipped)) == (0, 1, 0, 2)
    assert await two.forget(there / "ferry.md", delete=True) == 1
    assert await two.forget(there) == 0
    assert await found(one) == []
    assert await one.skipped() == []
    assert list(uploads.iterdir()) == list(there.glob("ferry.md")) == []


async def test_an_upload_goes_when_it_is_taken_out_and_not_before(machine, tmp_path, monkeypatch):
    one, two = machine("one"), machine("two")
    mine = write(tmp_path / "one" / "uploads", ferry__md=FERRY, train__md="Trains leave every hour.")
    theirs = tmp_path / "two" / "uploads"
    await one.index([mine])
    assert await found(two)
    shutil.rmtree(theirs)
    assert (await two.index([theirs])).unchanged == 2
    assert theirs.joinpath("ferry.md").read_text() == FERRY
    write(theirs, ferry__md=FERRY.replace("seven", "eight"))
    with monkeypatch.context() as patched:
        not_now = ReadOutcome(None, skipped="not now", passing=True)
        patched.setattr(FileReader, "_outcome", lambda *_: not_now)
        assert [each.reason for each in (await two.index([theirs])).skipped] == ["not now"]
    assert await found(one) == []
    assert mine.joinpath("ferry.md").exists()
    assert (await one.index([mine])).indexed == 1
    assert await found(two)


async def test_an_upload_that_nobody_has_read_yet_is_left_alone(machine, tmp_path):
    one, two = machine("one"), machine("two")
    old = write(tmp_path / "one" / "uploads", ferry__md=FERRY)
    new = tmp_path / "two" / "uploads" / "ferry.md"
    await one.index([old])
    assert await found(two)
    new.write_text(FERRY.replace("seven", "eight"))
    await one.index([write(old, ferry__md=FERRY.replace("seven", "six"))])
    assert "six" in (await found(two))[0]
    assert "eight" in new.read_text()
    old.joinpath("ferry.md").unlink()
    await one.forget(old)
    assert await found(two) == []
    assert "eight" in new.read_text()
    await two.index([new.parent])
    assert "eight" in (await found(one))[0]
    assert "eight" in old.joinpath("ferry.md").read_text()


async def test_a_machine_that_was_away_catches_up(machine, tmp_path, monkeypatch):
    monkeypatch.setattr(indexed_files, "BATCH_BYTES", 1)  # a file at a time
    one, two, docs = machine("one"), machine("two"), tmp_path / "docs"
    for folder in "abc":
        write(docs / folder, boats__csv=BOATS)
    await one.index([write(docs, ferry__md=FERRY, old__md="The museum is old.")])
    names = [table.name for table in await one.tables()]
    assert sorted(names) == ["b_boats", "boats", "c_boats"]
    assert await two.tables() == await one.tables()
    shutil.rmtree(docs / "a")
    docs.joinpath("old.md").unlink()
    await one.index([docs])  # the name `boats` is free
    for folder in "da":
        write(docs / folder, boats__csv=BOATS.replace("12", "13"))
        await one.index([docs])
    docs.joinpath("b", "boats.csv").unlink()
    await one.index([write(docs, ferry__md=FERRY.replace("seven", "eight"))])
    for each in (two, machine("new")):
        assert await each.tables() == await one.tables()
        assert await each.documents() == await one.documents()
        assert "eight" in (await found(each))[0]
        assert (await each.query("SELECT sum(boats) FROM boats")).rows == ((43,),)


def of_another_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def ahead(path: Path) -> None:
    """As when the database was restored from a backup."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE replica SET version = version + 100")
        connection.execute("UPDATE file SET name = 'later.md'")


def of_another_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE replica SET source = 'another'")
        connection.execute("UPDATE file SET name = 'another.md'")


def hollow(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM passage_content")


SPOILT = [Path.unlink, lambda path: path.write_bytes(b"junk" * 999), of_another_version, ahead, of_another_database]


async def test_a_copy_that_is_of_no_use_is_made_anew(machine, tmp_path, caplog):
    one, two = machine("one"), machine("two")
    folder = write(tmp_path / "docs", ferry__md=FERRY, boats__csv=BOATS)
    await one.index([folder])
    for spoil in (*SPOILT, hollow):
        assert await found(two) == await found(one) != []
        await two.close()
        spoil(tmp_path / "two" / "replica" / "index.sqlite")
        if spoil is hollow:  # which only a look at all of it finds
            caplog.clear()
            assert (await two.index([folder], thorough=True)).indexed == 0
            warned = [record.message for record in caplog.records if record.name == "mainstem.stores"]
            assert ["is made anew from the database" in each for each in warned] == [True]
            assert "is kept as" not in caplog.text
        assert await two.documents() == await one.documents(), spoil
        assert await found(two) == await found(one)
    assert (await two.query("SELECT sum(boats) FROM boats")).rows == ((42,),)


async def test_the_copy_of_a_table_that_is_gone_is_brought_again(machine, tmp_path):
    one = machine("one")
    folder = write(tmp_path / "docs", boats__csv=BOATS)
    await one.index([folder])
    (copy,) = tmp_path.glob("one/replica/tables/*")
    copy.unlink()
    assert (await one.index([folder])).indexed == 0
    assert (await one.query("SELECT sum(boats) FROM boats")).rows == ((42,),)


async def test_what_was_published_is_there_though_its_process_died(machine, tmp_path, monkeypatch):
    one, two = machine("one"), machine("two")
    with monkeypatch.context() as patched:
        patched.setattr(index_replica, "put_state", died)
        with pytest.raises(Died):
            await one.index([write(tmp_path / "docs", ferry__md=FERRY)])
    assert await found(two) == await found(one) != []
    with monkeypatch.context() as patched:
        patched.setattr(indexed_files, "_put_parts", died)
        with pytest.raises(Died):
            await two.index([write(tmp_path / "docs", train__md="Trains to the mountains.")])
    assert await found(one, "trains") == await found(two, "trains") == []
    assert (await two.index([tmp_path / "docs"])).indexed == 1
    assert await found(one, "trains")


CHILD = """
import asyncio, sys
from pathlib import Path
from mainstem.knowledge import Library, indexer
from mainstem.stores.postgres.database import pool_of
from mainstem.stores.postgres.index import PostgresIndex
indexer._BATCH_FILES = 4
home, url, docs = sys.argv[1:]
library = Library(Path(home), index=PostgresIndex(pool_of(url), Path(home)))
asyncio.run(library.index([Path(docs)], progress=lambda step: print(step.done, flush=True)))
"""


@pytest.mark.parametrize("steps", [1, 9, 18])
async def test_who_is_killed_leaves_whole_files_and_the_lock(machine, database_url, tmp_path, steps):
    docs = write(tmp_path / "docs", **{f"{at}__md": f"# Ferry {at}\n\nFerry number {at}." for at in range(14)})
    write(docs, **{f"t{at}__csv": BOATS for at in range(6)})

    def run_and_kill() -> None:
        child = forked.start("-c", CHILD, tmp_path / "one", database_url, docs, cwd=ROOT)
        try:
            assert child.stdout is not None
            said = [child.stdout.readline() for _ in range(steps)]
            assert all(said), child.stderr.read() if child.stderr else said
        finally:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
            child.wait()

    await asyncio.to_thread(run_and_kill)
    one, two = machine("one"), machine("two")
    there = await two.documents()
    for document in there:
        assert (await two.read(document.path)).text == Path(document.path).read_text()
    report = await two.index([docs])  # what was being committed when it died may have come meanwhile
    assert report.unchanged >= len(there)
    assert report.unchanged + report.indexed == 20
    assert await one.documents() == await two.documents()
    assert (await one.query("SELECT sum(boats) FROM t5")).rows == ((42,),)


class Died(Exception):
    """A process would have ended here."""


def died(*_: object) -> None:
    raise Died


def test_who_has_lost_the_lock_writes_nothing(database_url, tmp_path):
    one = PostgresIndex(pool_of(database_url), tmp_path / "one")
    two = PostgresIndex(pool_of(database_url), tmp_path / "two")
    stop, ferry = StopSignal(), Changes(contents=[FileContent(File("/d/a.md", "a.md", "md", 1, 1), "00")])

    def write_late() -> None:
        with one.alone(stop, lambda: None), one.writing(stop) as writer:
            with psycopg.connect(database_url, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            with two.alone(stop, lambda: None):
                writer.apply(USER, ferry)

    with pytest.raises(StorageError, match="cannot be used"):
        write_late()
    for index in (one, two):
        with index.reading(stop, None, USER) as selection:
            assert selection is None
        index.close()


async def test_a_database_that_is_away_loses_nothing(machine, tmp_path):
    away = PostgresIndex(Pool(f"postgresql://127.0.0.1:{free_port()}/none"), tmp_path / "one")
    library = Library(tmp_path / "one", index=away)
    uploads = write(tmp_path / "one" / "uploads", ferry__md=FERRY)
    with pytest.raises(StorageError, match="MAINSTEM_DATABASE_URL can be reached") as refused:
        await library.index([uploads])
    assert "\n" not in str(refused.value)
    with pytest.raises(StorageError):
        await library.search("ferry")
    assert (await machine("one").index([uploads])).indexed == 1


def test_a_database_of_an_earlier_version_gets_what_it_lacks(database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema.SCHEMA}".encode())
        schema.make(connection)
        connection.execute("DROP TABLE indexed_files, index_state")
        connection.execute("UPDATE schema_version SET version = 1")
        schema.make(connection)
        assert indexed_files.state(connection).version == 0
        schema.make(connection)
