"""Several processes on one home, and processes that die."""

import asyncio
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from mainstem.knowledge import Library

from .conftest import Write

pytestmark = pytest.mark.usefixtures("started_workers")

_INDEX = """
import asyncio, sys
from pathlib import Path
from mainstem.knowledge import Library, indexer
indexer._BATCH_FILES = 4
def tell(step):
    print(step.done, flush=True)
report = asyncio.run(Library(Path(sys.argv[1])).index([Path(sys.argv[2])], progress=tell))
print("report", report.indexed, report.unchanged, len(report.skipped), flush=True)
"""


async def index_in_a_process(home: Path, root: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _INDEX, str(home), str(root), stdout=asyncio.subprocess.PIPE
    )


def files() -> dict[str, str | bytes]:
    documents: dict[str, str | bytes] = {}
    for number in range(40):
        documents[f"{number:02}.md"] = f"# Number {number}\n\nAlpha and more. " * 20
    for number in range(10):
        documents[f"{number:02}.csv"] = f"n,m\n{number},1\n"
    return documents


@pytest.mark.real
async def test_killed_at_any_moment_it_goes_on_from_there(tmp_path: Path, write: Write):
    root, home = write(files()), tmp_path / "home"
    library = Library(home)
    for steps in (1, 7, 12, 30):
        process = await index_in_a_process(home, root)
        assert process.stdout is not None
        for _ in range(steps):
            await process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL
        for passage in (await library.search("alpha")).passages:
            assert passage.text in (await library.read(passage.path)).text

    report = await library.index([root])

    assert report.indexed + report.unchanged == 50
    assert report.unchanged > 0
    assert len(await library.documents()) == 40
    assert (await library.query('SELECT count(*) FROM "t_03"')).rows == ((1,),)
    await library.close()
    index = sqlite3.connect(home / "index.sqlite")
    assert index.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    index.execute("INSERT INTO passage (passage) VALUES ('integrity-check')")
    used = {name for (name,) in index.execute("SELECT copy FROM data_table")}
    assert {path.name for path in (home / "tables").iterdir()} == used
    assert len(used) == 10
    index.close()


@pytest.mark.real
async def test_two_processes_index_and_a_third_searches(tmp_path: Path, write: Write):
    root, home = write(files()), tmp_path / "home"
    library = Library(home)
    processes = [await index_in_a_process(home, root) for _ in range(2)]
    waiting = [asyncio.create_task(process.communicate()) for process in processes]
    seen: set[int] = set()
    while not all(task.done() for task in waiting):
        seen.add(len((await library.search("alpha", limit=100)).passages))
        await asyncio.sleep(0.01)

    last = [task.result()[0].decode().splitlines()[-1] for task in waiting]
    assert sorted(last) == ["report 0 50 0", "report 50 0 0"]
    assert len(seen) > 1  # a searcher saw the index grow, and was never refused
    assert len(await library.documents()) == 40
    await library.close()


async def test_many_tasks_share_a_library(library: Library, write: Write):
    root = write(files())

    reports, *results = await asyncio.gather(
        library.index([root]), *(library.search("alpha") for _ in range(20)), *(library.tables() for _ in range(5))
    )

    assert reports.indexed == 50
    assert len(results) == 25
    assert len((await library.search("alpha")).passages) == 8


async def test_a_searcher_sees_an_index_that_was_replaced(library: Library, write: Write, tmp_path: Path):
    root = write({"a.md": "Alpha."})
    await library.index([root])
    assert (await library.search("alpha")).passages
    for path in (tmp_path / "home").glob("index.sqlite*"):
        path.unlink()
    assert (await library.search("alpha")).passages == ()

    write({"a.md": "Beta."})
    await library.index([root])
    assert (await library.search("beta")).passages
