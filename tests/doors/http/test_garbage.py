"""A server that has started looks for garbage seldom."""

import gc

from mainstem import garbage, watch
from tests.doors.graphs import talking

from .served import door, started, until


async def test_what_is_there_is_left_out_and_what_is_new_is_looked_at_seldom():
    usual = gc.get_threshold()
    try:
        garbage.settle()
        assert gc.get_freeze_count() > 1000
        assert gc.get_threshold() > usual
        run = watch(talking, {"messages": [("user", "hi")]})
        await run.stop()
        assert run.finished
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


async def test_a_settled_server_is_cleaned_up_when_nothing_goes_on(monkeypatch):
    looked = []
    monkeypatch.setattr(gc, "collect", lambda *_: looked.append("whole"))
    usual = gc.get_threshold()
    try:
        garbage.rest()
        assert not looked  # not settled: that is nobody's business here
        gc.set_threshold(*garbage._SERVING)
        monkeypatch.setattr(gc, "get_count", lambda: (0, 3, 0))
        garbage.rest()
        assert not looked
        monkeypatch.setattr(gc, "get_count", lambda: (0, 30, 0))
        async with door(talking) as (client, desk):
            first, _ = await started(client)
            second, _ = await started(client)
            await desk.live(first).stop()
            await until(lambda: desk.live(first) is None)
            assert not looked  # another one goes on
            await desk.live(second).stop()
            await until(lambda: desk.live(second) is None)
            assert looked == ["whole"]
    finally:
        gc.set_threshold(*usual)
