"""The scripted provider, driven by the real `openai` client and by bare sockets."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest

from mainstem.models.errors import ScriptError
from mainstem.testing import ScriptedProvider, Style, ThreadedProvider, closed_port

from ..waiting import eventually

ASKED: Any = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}
CALL = {"name": "f", "args": {"a": 1}, "id": "call_1"}


def client(provider: ScriptedProvider, key: str = "k") -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=provider.base_url, api_key=key, max_retries=0, timeout=60)


async def chunks(provider: ScriptedProvider, **more: Any) -> list[Any]:
    async with client(provider) as caller:
        return [chunk async for chunk in await caller.chat.completions.create(**ASKED, stream=True, **more)]


async def raw(provider: ScriptedProvider) -> bytes:
    """What the provider writes to the socket, until it ends the body or breaks it."""
    reader, writer = await ask(provider)
    data = bytearray()
    with suppress(ConnectionResetError, asyncio.IncompleteReadError):
        await drain(reader, data)
    writer.close()
    return bytes(data)


async def ask(provider: ScriptedProvider) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(provider.base_url).port, limit=1024)
    content = json.dumps({**ASKED, "stream": True}).encode()
    writer.write(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n%b" % (len(content), content))
    return reader, writer


async def drain(reader: asyncio.StreamReader, data: bytearray) -> None:
    """Read into `data` until the body ends properly; raise when it does not."""
    while not data.endswith(b"\r\n0\r\n\r\n"):
        data += await reader.readexactly(1)


def body_of(data: bytes) -> list[bytes]:
    """The HTTP chunks of a response: one for each write."""
    rest = data.partition(b"\r\n\r\n")[2]
    found = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        found.append(rest[:length])
        rest = rest[length + 2 :]
    return found


async def test_words_stream_one_by_one_with_usage_last() -> None:
    async with ScriptedProvider([[{"words": "a b"}, {"usage": {"input_tokens": 3, "output_tokens": 2}}]]) as provider:
        got = await chunks(provider)
    assert [chunk.choices[0].delta.content for chunk in got if chunk.choices] == ["", "a ", "b", None]
    assert got[-2].choices[0].finish_reason == "stop"
    assert got[-1].usage.total_tokens == 5


async def test_whole_answers_say_the_same() -> None:
    turn = [{"words": "a b"}, {"tool_call": CALL}]
    async with ScriptedProvider([turn]) as provider, client(provider) as caller:
        answer = await caller.chat.completions.create(**ASKED)
    choice = answer.choices[0]
    assert choice.message.content == "a b"
    assert choice.message.tool_calls[0].function.arguments == '{"a": 1}'
    assert choice.finish_reason == "tool_calls"


@pytest.mark.parametrize("stream", [True, False])
async def test_responses_are_what_the_sdk_expects(stream: bool) -> None:
    turn = [{"reasoning": "hm"}, {"words": "a b"}, {"tool_call": CALL}]
    async with ScriptedProvider([turn]) as provider, client(provider) as caller:
        answer: Any = await caller.responses.create(model="x", input="hi", stream=stream)
        if stream:
            events = [event async for event in answer]
            assert [event.sequence_number for event in events] == list(range(len(events)))
            text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
            assert text == "a b"
            answer = events[-1].response
    assert answer.status == "completed"
    assert answer.output_text == "a b"
    assert [item.type for item in answer.output] == ["reasoning", "message", "function_call"]
    assert json.loads(answer.output[2].arguments) == {"a": 1}


async def test_requests_are_recorded() -> None:
    async with ScriptedProvider(["a"]) as provider:
        await chunks(provider, temperature=0.5)
        assert provider.requests[0].json["temperature"] == 0.5
        assert provider.requests[0].headers["authorization"] == "Bearer k"
        assert provider.requests[0].outcome == "answered"


async def test_models_are_listed_and_keys_are_checked() -> None:
    async with ScriptedProvider([], models=["one", "two"], api_key="right") as provider:
        async with client(provider, "right") as caller:
            assert [model.id async for model in caller.models.list()] == ["one", "two"]
        async with client(provider, "wrong") as caller:
            with pytest.raises(openai.AuthenticationError):
                await caller.models.list()


async def test_turns_follow_what_was_said_and_run_out() -> None:
    script = [{"when": "weather", "steps": [{"text": "rain"}]}, "other"]
    async with ScriptedProvider(script) as provider, client(provider) as caller:
        first = await caller.chat.completions.create(**ASKED)
        second = await caller.responses.create(model="x", input=[{"role": "user", "content": "The weather?"}])
        assert (first.choices[0].message.content, second.output_text) == ("other", "rain")
        with pytest.raises(openai.InternalServerError, match="no turn is left"):
            await caller.chat.completions.create(**ASKED)
        provider.restart()
        assert (await caller.chat.completions.create(**ASKED)).choices[0].message.content == "other"


async def test_an_unknown_path_is_404() -> None:
    async with ScriptedProvider(["a"]) as provider, client(provider) as caller:
        with pytest.raises(openai.NotFoundError):
            await caller.embeddings.create(model="x", input="y")


async def test_retry_after_is_sent() -> None:
    async with ScriptedProvider([[{"status": 429, "retry_after": 7}]]) as provider, client(provider) as caller:
        with pytest.raises(openai.RateLimitError) as caught:
            await caller.chat.completions.create(**ASKED)
    assert caught.value.response.headers["retry-after"] == "7"


async def test_an_error_body_of_any_shape() -> None:
    async with ScriptedProvider([[{"status": 502, "body": "<html>Bad gateway</html>"}]]) as provider:
        data = await raw(provider)
    assert data.startswith(b"HTTP/1.1 502 Bad Gateway")
    assert body_of(data) == [b"<html>Bad gateway</html>"]


async def test_a_script_with_a_mistake_is_refused_at_once() -> None:
    with pytest.raises(ScriptError, match=r"turn 1, step 1: a step is one of text, .* drop, hang"):
        ScriptedProvider([[{"dorp": ""}]])


async def test_own_pace_keeps_delays_and_max_drops_them() -> None:
    async with ScriptedProvider([[{"words": "a b c", "delay": 0.04}]]) as provider:
        start = time.monotonic()
        await raw(provider)
    assert time.monotonic() - start > 0.11
    async with ScriptedProvider([[{"words": "a b c", "delay": 3600}]], pace="max") as provider:
        data = await raw(provider)
    assert len(body_of(data)) == 1  # all in one write


async def test_a_given_rate_is_kept() -> None:
    async with ScriptedProvider([[{"words": "x " * 20}]], pace=100) as provider:
        start = time.monotonic()
        await raw(provider)
    assert time.monotonic() - start > 0.18


async def test_each_event_is_one_write_at_its_own_pace() -> None:
    async with ScriptedProvider([[{"words": "a b"}]]) as provider:
        assert all(piece.count(b"data:") == 1 for piece in body_of(await raw(provider)))


async def test_characters_are_torn_inside() -> None:
    async with ScriptedProvider([[{"torn": "ä🎉"}]]) as provider:
        writes = body_of(await raw(provider))
    torn = [write for write in writes if _broken(write)]
    assert len(torn) == 5  # one cut inside ä and three inside 🎉
    assert "ä🎉" in b"".join(writes).decode()


def _broken(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


async def test_crlf_comments_and_no_done() -> None:
    style = Style(newline="\r\n", comments=True, done=False)
    async with ScriptedProvider(["a"], style=style) as provider:
        text = b"".join(body_of(await raw(provider))).decode()
    assert text.startswith(": keep-alive\r\n\r\ndata: {")
    assert "\n" not in text.replace("\r\n", "")
    assert "[DONE]" not in text


async def test_a_drop_resets_the_connection_after_half_an_event() -> None:
    async with ScriptedProvider([[{"text": "whole"}, {"drop": "half of this"}]]) as provider:
        reader, _ = await ask(provider)
        data = bytearray()
        with pytest.raises(ConnectionResetError):
            await drain(reader, data)
        assert b"whole" in data
        assert b"half of this" not in data
        assert provider.requests[0].outcome == "dropped"


async def test_a_client_that_leaves_is_noticed() -> None:
    async with ScriptedProvider([[{"text": "a"}, {"hang": True}]]) as provider:
        async with client(provider) as caller:
            stream = await caller.chat.completions.create(**ASKED, stream=True)
            await anext(aiter(stream))
            assert provider.connections == 1
            await stream.close()
        await eventually(lambda: provider.requests[0].outcome == "left")
        assert provider.connections == 0


async def test_closing_the_provider_ends_what_hangs() -> None:
    before = asyncio.all_tasks()
    async with ScriptedProvider([[{"hang": True}]]) as provider:
        asking = asyncio.create_task(chunks(provider))
        await eventually(lambda: provider.requests)
    with pytest.raises(openai.APIError):
        await asking
    assert asyncio.all_tasks() == before


async def test_a_connection_is_kept_for_the_next_request() -> None:
    async with ScriptedProvider({"turns": ["a"], "repeat": True}) as provider, client(provider) as caller:
        for _ in range(3):
            await caller.chat.completions.create(**ASKED)
        assert provider.connections == 1


async def test_a_slow_client_holds_the_provider_back() -> None:
    async with ScriptedProvider([[{"words": "x" * 1000 + " "}] * 30_000]) as provider:
        _, writer = await ask(provider)
        await eventually(lambda: not writer.transport.is_reading())  # its buffer is full
        assert provider.requests[0].outcome == "open"  # 30 MB wait in the script, not in memory
        writer.transport.abort()


async def test_a_closed_port_refuses() -> None:
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", closed_port())


def test_the_threaded_twin_serves_sync_code() -> None:
    with ThreadedProvider(["a"]) as provider:
        with openai.OpenAI(base_url=provider.base_url, api_key="k") as caller:
            assert caller.chat.completions.create(**ASKED).choices[0].message.content == "a"
        assert provider.requests[0].path == "/v1/chat/completions"
