"""Each way to break off × each moment × each source."""

import pytest

from mainstem import events as e
from tests.truth.sources import SOURCES, playing, turn

pytestmark = [
    pytest.mark.real,  # a provider behind a socket, hundreds of times
    # a plain ChatOpenAI warns of what providers send
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings"),
]

SAID = {"text": "The answer is forty-t"}
ARGUMENTS = {"index": 0, "id": "call_a", "name": "calculate", "args": '{"expres'}
FINISHED = {
    "frame": {
        "id": "c",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
    }
}
MOMENTS = {
    "before the first token": [],
    "mid-word": [SAID],
    "mid-arguments": [{"tool_chunk": ARGUMENTS}],
    "after the finish": [SAID, FINISHED],
}
BREAKS = {
    "reset": {"drop": ""},
    "reset inside an event": {"drop": "wo, and more"},
    "clean close": {"end": True},
    "silence": {"hang": True},
    "error object": {"error_object": {"message": "The engine died.", "type": "server_error", "code": "500"}},
    "malformed": {"malformed": '{"choices": [{"delta": {"con'},
}

both = pytest.mark.parametrize("source", SOURCES)
moments = pytest.mark.parametrize("moment", MOMENTS)
breaks = pytest.mark.parametrize("how", BREAKS)


@both
@moments
@breaks
async def test_whenever_it_breaks_the_laws_hold(source, moment, how, home):
    async with playing(source, home, turn(*MOMENTS[moment], BREAKS[how])) as (asker, _):
        seen = await asker.judged(asker.ask())
        assert {"expression"} >= {key for args in asker.ran for key in args}
        after = await asker.judged(asker.ask(thread=seen.result.thread_id))
    assert after.end.status == "done"


@pytest.mark.parametrize("how", [name for name in BREAKS if name != "error object"])
async def test_after_the_finish_the_answer_is_whole_whatever_the_connection_does(how, home):
    async with playing("agent", home, turn(*MOMENTS["after the finish"], BREAKS[how])) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "done"
    assert seen.result.text == SAID["text"]
    assert len(provider.requests) == 1


async def test_an_error_object_after_the_finish_is_an_error(home):
    async with playing("agent", home, turn(*MOMENTS["after the finish"], BREAKS["error object"])) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "done"
    assert seen.result.text == "All is well again."
    assert [superseded.reason for superseded in seen.of(e.MessageSuperseded)] == ["retry"]
    assert len(provider.requests) == 2


@pytest.mark.parametrize("moment", ["before the first token", "mid-word", "mid-arguments"])
@pytest.mark.parametrize("how", [name for name in BREAKS if name != "clean close"])
async def test_before_the_finish_another_attempt_is_made_and_nothing_mixes(moment, how, home):
    async with playing("agent", home, turn(*MOMENTS[moment], BREAKS[how])) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "done"
    assert seen.result.text == "All is well again."
    assert not seen.of(e.ToolStarted)
    assert [message.text for message in seen.messages if message.type == "ai"] == ["All is well again."]
    assert len(provider.requests) == 2
    shown = [message.message_id for message in seen.of(e.MessageStarted)]
    assert [event.message_id for event in seen.of(e.MessageSuperseded)] == shown[:-1]
