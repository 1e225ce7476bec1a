"""When a process looks for garbage while runs go on."""

import asyncio
import gc

import pytest

from mainstem import watch
from mainstem.stream import gc_tuning
from tests.web.graphs import talking

QUESTION = {"messages": [("user", "hi")]}


@pytest.fixture(autouse=True)
def usual():
    """What Python does of itself, before and after."""
    gc.unfreeze()
    gc.set_threshold(*gc_tuning._usual)
    yield gc_tuning._usual
    gc.unfreeze()
    gc.set_threshold(*gc_tuning._usual)


async def begun(number):
    runs = [watch(talking, QUESTION) for _ in range(number)]
    await asyncio.sleep(0)
    return runs


async def test_a_settled_process_looks_seldom_and_is_cleaned_up_when_no_run_goes_on(usual, monkeypatch):
    gc_tuning.settle()
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold() > usual
    settled, looked = gc.get_threshold(), []
    monkeypatch.setattr(gc, "collect", lambda *_: looked.append("whole"))
    monkeypatch.setattr(gc, "get_count", lambda: (0, 3, 0))
    for run in await begun(1):
        await run.stop()
    assert not looked  # there is little to find
    monkeypatch.setattr(gc, "get_count", lambda: (0, 30, 0))
    first, second = await begun(2)
    await first.stop()
    assert not looked  # another one goes on
    await second.stop()
    assert looked == ["whole"]
    assert gc.get_threshold() == settled


async def test_many_runs_are_spared_long_pauses_until_the_last_one_ends(usual):
    few = await begun(gc_tuning.MANY - 1)
    assert gc.get_threshold() == usual
    (last,) = await begun(1)
    assert gc.get_threshold() > usual
    assert gc.get_freeze_count() > 1000
    for run in few:
        await run.stop()
    assert gc.get_threshold() > usual
    await last.stop()
    assert gc.get_threshold() == usual
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize("own", ["threshold", "frozen"])
async def test_what_somebody_else_has_set_is_left_alone(own):
    if own == "threshold":
        gc.set_threshold(900, 9, 9)
    else:
        gc.freeze()
    before = gc.get_threshold(), gc.get_freeze_count()
    for run in await begun(gc_tuning.MANY + 1):
        await run.stop()
    assert gc.get_threshold() == before[0]
    assert (gc.get_freeze_count() > 0) == (before[1] > 0)
