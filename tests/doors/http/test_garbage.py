"""A server that has started looks for garbage seldom."""

import gc

from mainstem import garbage, watch
from tests.doors.graphs import talking


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
