import asyncio
import time
from itertools import pairwise

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from mainstem.stream import events as e
from mainstem.stream.shape import Shaper, gathered, shaped


async def given_events(*events, delay=None):
    for event in events:
        if delay:
            await asyncio.sleep(delay)
        yield event


def delta(text, message="m"):
    return e.MessageDelta(message_id=message, text=text, seq=7)


async def pieces(*texts, **how):
    return [event.text async for event in shaped(given_events(*map(delta, texts), e.Notice(kind="review")), **how) if
            isinstance(event, e.MessageDelta)]  # fmt: skip


async def test_words():
    assert await pieces("Hel", "lo  wor", "ld, a", "nd on", by="word") == ["Hello  ", "world, ", "and ", "on"]


async def test_sentences():
    got = await pieces("One. Tw", "o! Is it 3.5? ", "Yes", by="sentence")
    assert got == ["One. ", "Two! ", "Is it 3.5? ", "Yes"]


async def test_pieces_are_bounded():
    assert await pieces("abcdefgh", by="word", max_chars=3) == ["abc", "def", "g", "h"]


async def test_intervals_join_what_came_within_them():
    events = given_events(*map(delta, ["a", "b", "c", "d"]), delay=0.02)
    got = [event async for event in shaped(events, "interval", interval=10)]
    assert "".join(event.text for event in got) == "abcd"
    assert len(got) <= 2


async def test_pieces_keep_their_distance_though_one_comes_late():
    asyncio.get_running_loop().call_later(0.05, time.sleep, 0.1)  # the loop is held up while the second piece waits
    times = []
    async for event in shaped(given_events(delta("one two three four ")), "word", interval=0.1):
        times.append(time.monotonic())
        assert event.text
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.099


async def test_gathered_text_is_let_go_when_its_time_is_over_though_nothing_comes():
    async def slow():
        yield delta("a")
        await asyncio.sleep(30)

    async with asyncio.timeout(60):
        first = await anext(aiter(gathered(slow(), 0.05)))
    assert first.text == "a"


async def test_other_events_keep_their_place():
    events = given_events(
        delta("He"), e.Progress(label="x"), delta("llo"), delta("Hi", "n"), e.RunFinished(status="done")
    )
    got = [event async for event in shaped(events, "word")]
    assert [getattr(event, "text", event.type) for event in got] == ["He", "progress", "llo", "Hi", "run.finished"]
    assert [event.seq for event in got if isinstance(event, e.MessageDelta)] == [0, 0, 0]


@pytest.mark.parametrize("text", ["👩‍👩‍👧‍👦 family", "e\u0301a\u0301", "🇸🇪🇳🇴", "नमस्ते", "0 \u0e31 x ", "a. \u0301b c"])
async def test_no_grapheme_is_split(text):
    for how in ({"by": "token"}, {"by": "word"}, {"by": "sentence"}, {"by": "word", "max_chars": 2}):
        got = await pieces(*text, **how)
        assert "".join(got) == text
        whole = regex.findall(r"\X", text)
        assert [g for piece in got for g in regex.findall(r"\X", piece)] == whole


@given(
    st.lists(st.text(max_size=8), max_size=20),
    st.sampled_from(["token", "word", "sentence"]),
    st.one_of(st.none(), st.integers(1, 9)),
)
@example(["0 \u0e31 x "], "word", None)
@example([*"0 \u0e31 x y"], "word", None)
@example(["One. \u0301 Two. Three"], "sentence", None)
@example(["a \u200d \u0301\u0301 b c"], "word", 2)
def test_shaping_changes_no_text(texts, by, max_chars):
    shaper = Shaper(by, max_chars)
    got = [piece for text in texts for piece in shaper.feed(text)] + shaper.rest()
    assert "".join(got) == "".join(texts)
    assert all(got)
    graphemes = regex.findall(r"\X", "".join(texts))
    assert [g for piece in got for g in regex.findall(r"\X", piece)] == graphemes
