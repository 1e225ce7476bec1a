"""The limits on a stream, and what is told before they are reached."""

import asyncio
from contextlib import closing

import pytest

from mainstem.models.timeouts import Overdue, Stalls, StreamDeadlines, Timeouts, bounded


async def source(*items):
    """Numbers are pauses, texts are items."""
    for item in items:
        if isinstance(item, float):
            await asyncio.sleep(item)
        else:
            yield item


async def read(items, **limits):
    patience = Timeouts(**{"first_token": 30.0, "token": 30.0, "turn": 30.0} | limits)
    return [item async for item in bounded(source(*items), StreamDeadlines(patience, lambda item: item != "role"))]


@pytest.mark.parametrize(
    ("items", "limits", "said"),
    [
        ([30.0, "a"], {"first_token": 0.02}, "did not begin to answer within 0.02 s"),
        (["role", 30.0, "a"], {"first_token": 0.02}, "did not begin to answer within 0.02 s"),
        (["role", "a", 30.0, "b"], {"token": 0.02}, "was silent for 0.02 s in the middle of its answer"),
        (["a", *[0.02, "b"] * 1000], {"turn": 0.1}, "took longer than 0.1 s for its answer"),
    ],
)
async def test_each_limit_is_kept_and_named(items, limits, said):
    with pytest.raises(Overdue) as caught:
        await read(items, **limits)
    assert caught.value.args[0] == said
    assert caught.value.args[1].startswith("MAINSTEM_MODEL_")


async def test_each_limit_holds_only_in_its_time():
    assert await read([0.6, "a", "b"], token=0.5) == ["a", "b"]
    assert await read(["a", 0.6, "b"], first_token=0.5) == ["a", "b"]


async def test_a_timeout_of_the_source_itself_stays_its_own():
    async def late():
        yield "a"
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        async for _ in bounded(late(), StreamDeadlines(Timeouts(), bool)):
            pass


async def test_the_source_is_closed_at_once():
    closed = []

    async def endless():
        try:
            while True:
                yield "a"
        finally:
            closed.append(True)

    stream = bounded(endless(), StreamDeadlines(Timeouts(), bool))
    assert await anext(stream) == "a"
    await stream.aclose()
    assert closed == [True]


async def test_a_silence_is_told_once_and_the_next_one_again():
    told = []
    with closing(Stalls(Timeouts(first_token=0.1, token=0.1), told.append)) as stalls:
        stalls.on_chat_model_start()
        await asyncio.sleep(0.3)
        stalls.on_llm_new_token()
        await asyncio.sleep(0.3)
    assert [("begun to answer" in text, "in the middle" in text) for text in told] == [(True, False), (False, True)]


async def test_nothing_is_told_after_the_end():
    told = []
    with closing(Stalls(Timeouts(first_token=0.02), told.append)) as stalls:
        stalls.on_chat_model_start()
    await asyncio.sleep(0.1)
    assert told == []
