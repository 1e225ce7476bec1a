"""Questions are answered from the index that is there while it is being made."""

import asyncio
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from mainstem import Session, Settings
from mainstem.knowledge import Busy, IndexProgress, Library, index_cache, indexer
from mainstem.knowledge.index_cache import prepare
from mainstem.stream import events as e

from .conftest import Write


@pytest.fixture
def settings(tmp_path: Path, write: Write) -> Settings:
    return Settings(home=tmp_path / "home", docs=[write({"ferry.md": "The ferry sails at seven."})], model="extractive")


@pytest.mark.real
async def test_another_process_that_is_paused_in_indexing_fails_no_question(settings: Settings):
    await prepare(settings)
    hold = (
        "import sys; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire();"
        "print('held', flush=True); sys.stdin.read()"
    )
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", hold, str(settings.home / "index.lock"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert other.stdout is not None
    await other.stdout.readline()
    try:
        async with Session(settings) as session:
            run = session.ask("When does the ferry sail?")
            events = [event async for event in run]
            result = await run.result()
    finally:
        other.kill()
        await other.wait()

    assert "seven" in result.text
    labels = [event.label for event in events if isinstance(event, e.Progress)]
    assert index_cache.ELSEWHERE in labels


async def test_without_any_index_another_run_is_waited_for_and_then_named(settings: Settings):
    settings.home.mkdir()
    with FileLock(settings.home / "index.lock"), pytest.raises(Busy, match="Try again when it is done"):
        await prepare(settings, wait=0.2)


async def test_a_document_that_is_at_no_end_holds_up_no_question(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    await prepare(settings)
    (settings.docs[0] / "long.md").write_text("Long.")
    held, told = asyncio.Event(), list[IndexProgress]()
    loop = asyncio.get_running_loop()
    original = indexer.Indexer.run

    def run(self: indexer.Indexer, *args: object, **options: object):
        asyncio.run_coroutine_threadsafe(held.wait(), loop).result()
        return original(self, *args, **options)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(indexer.Indexer, "run", run)
    await prepare(settings, told.append, held_up=0.2)

    assert [each.label for each in told] == [index_cache.HELD_UP_BY]
    [task] = index_cache._going_on
    held.set()
    await task
    assert len(await Library(settings.home).documents()) == 2
    assert told[1:] == []  # who asked has gone on


async def test_who_is_cancelled_takes_the_index_run_along(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    await prepare(settings)
    with FileLock(settings.home / "index.lock"):
        told: asyncio.Queue[IndexProgress] = asyncio.Queue()
        task = asyncio.create_task(prepare(settings, told.put_nowait))
        await told.get()  # waiting for another index run
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not index_cache._going_on


async def test_mainstems_own_docs_are_looked_at_once_a_process_and_a_users_before_every_question(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    [docs] = settings.docs
    monkeypatch.setattr(index_cache, "bundled_agent", lambda: docs.parent)
    told: list[str] = []
    nobodys = Settings(home=settings.home, model="extractive")
    for _ in range(2):
        await prepare(nobodys, lambda progress: told.append(progress.label))
    assert told == ["ferry.md"]
    (docs / "boat.md").write_text("The boat sails at eight.")
    await prepare(nobodys, lambda progress: told.append(progress.label))
    assert told == ["ferry.md"]
    other = docs.parent / "mine"
    other.mkdir()
    for name in ("a.md", "b.md"):
        (other / name).write_text(f"The {name} sails at nine.")
        await prepare(Settings(home=settings.home, docs=[other], model="extractive"))
    documents = await Library(settings.home).documents(paths=[other])
    assert [each.document for each in documents] == ["a.md", "b.md"]
