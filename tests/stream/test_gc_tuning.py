"""When a process looks for garbage while runs go on."""

import asyncio
import gc

import pytest

import mainstem
from mainstem import watch
from mainstem.stream import gc_tuning
from tests.waiting import PATIENCE, eventually
from tests.web.graphs import talking

QUESTION = {"messages": [("user", "hi")]}


@pytest.fixture(autouse=True)
def usual():
    """What Python does of itself; afterwards it is as the other tests have it (tests/conftest.py)."""
    tests_have = gc.get_threshold()
    gc.unfreeze()
    gc.set_threshold(*gc_tuning._usual)
    yield gc_tuning._usual
    gc.freeze()
    gc.set_threshold(*tests_have)


async def begun(number):
    runs = [watch(talking, QUESTION) for _ in range(number)]
    await asyncio.sleep(0)
    return runs


async def test_a_settled_process_looks_seldom_and_is_cleaned_up_when_no_run_goes_on(usual, monkeypatch):
    mainstem.settle_gc()
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold() > usual
    settled, looked = gc.get_threshold(), []
    monkeypatch.setattr(gc, "collect", lambda generation=2: generation and looked.append("whole"))
    monkeypatch.setattr(gc, "get_count", lambda: (0, 30, 0))
    for run in await begun(1):
        await run.stop()
    assert not looked  # there is little to find
    monkeypatch.setattr(gc, "get_count", lambda: (0, 300, 0))
    first, second = await begun(2)
    await first.stop()
    assert not looked  # another one goes on
    await second.stop()
    assert looked == ["whole"]
    assert gc.get_threshold() == settled


async def test_while_runs_go_on_a_settled_process_looks_at_what_is_new_in_short_intervals(usual, monkeypatch):
    mainstem.settle_gc()
    looked, enough = list[int](), asyncio.Event()

    def look(generation: int = 2) -> None:
        looked.append(generation)
        if len(looked) == 3:
            enough.set()

    monkeypatch.setattr(gc, "collect", look)
    runs = await begun(2)
    async with asyncio.timeout(PATIENCE):
        await enough.wait()
    for run in runs:
        await run.stop()
    assert set(looked) == {0}
    loop = asyncio.get_running_loop()
    await eventually(lambda: loop not in gc_tuning._looking)


async def test_runs_leave_a_process_alone_that_nobody_has_settled(usual, monkeypatch):
    touched = []
    with monkeypatch.context() as patched:
        patched.setattr(gc, "get_count", lambda: (0, 1000, 1000))
        for name in ("collect", "freeze", "unfreeze", "disable", "set_threshold"):
            patched.setattr(gc, name, lambda *_, name=name: touched.append(name))
        for run in await begun(12):
            await run.stop()
    assert touched == []
    assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, 0)


async def test_what_somebody_sets_after_it_was_settled_is_left_alone(usual, monkeypatch):
    looked = []
    mainstem.settle_gc()
    gc.set_threshold(900, 9, 9)
    monkeypatch.setattr(gc, "get_count", lambda: (0, 1000, 1000))
    monkeypatch.setattr(gc, "collect", lambda *_: looked.append("whole"))
    for run in await begun(2):
        await run.stop()
    assert looked == []
    assert gc.get_threshold() == (900, 9, 9)
