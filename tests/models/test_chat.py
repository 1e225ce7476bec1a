"""`Chat` over real TCP, against every fault of the scripted provider."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage

from mainstem.models import (
    BadRequestError,
    BrokenStreamError,
    ModelError,
    ModelNotFoundError,
    RateLimitedError,
    RedirectedError,
    ServerFailedError,
    TimedOutError,
    UnreachableError,
    WrongKeyError,
)
from mainstem.models.openai.chat import Chat
from mainstem.models.openai.tool_calls import doubtful_calls
from mainstem.settings import Settings
from mainstem.stream.translate.message_fields import finish_reason_of
from mainstem.testing import FAULTS, ScriptedProvider, ThreadedProvider, WireScript, closed_port
from mainstem.testing.faults import BROKEN, ODD, REFUSED, TEXT

from ..waiting import eventually

KEY = "sk-proj-1234567890abcdef"
HURRIED = {"model_first_token_timeout": 0.3, "model_token_timeout": 0.3, "model_turn_timeout": 0.5}


def chat(base_url: str, name: str = "scripted", **given: Any) -> Chat:
    patience = {"model_first_token_timeout": 5.0, "model_token_timeout": 5.0}
    settings = {"openai_base_url": base_url, "openai_api_key": KEY, **patience, **given}
    return Chat.from_settings(name, Settings(_env_file=None, **settings))


@asynccontextmanager
async def connected(*turns: Any, name: str = "scripted", **given: Any) -> AsyncIterator[tuple[Chat, ScriptedProvider]]:
    async with ScriptedProvider(list(turns)) as provider:
        model = chat(provider.base_url, name, **given)
        try:
            yield model, provider
        finally:
            await model.aclose()


async def streamed(model: Chat) -> AIMessageChunk:
    """The message that the stream merges into; with an error, that error carries it as `partial`."""
    message = AIMessageChunk(content="")
    try:
        async for chunk in model.astream("hi"):
            message = message + chunk
    except ModelError as error:
        error.add_note(message.text)
        raise
    return message


async def asked(model: Chat) -> Any:
    return await model.ainvoke("hi")


BOTH = pytest.mark.parametrize("ask", [streamed, asked])


@BOTH
@pytest.mark.parametrize(
    ("fault", "kind", "retryable", "retry_after"),
    [
        ("bad request", BadRequestError, False, None),
        ("wrong key", WrongKeyError, False, None),
        ("unknown model", ModelNotFoundError, False, None),
        ("rate limit", RateLimitedError, True, 1.0),
        ("no quota", RateLimitedError, False, None),
        ("server error", ServerFailedError, True, None),
        ("overloaded", ServerFailedError, True, 1.0),
    ],
)
async def test_a_refusal_is_a_typed_error(
    ask: Callable[[Chat], Any], fault: str, kind: type[ModelError], retryable: bool, retry_after: float | None
) -> None:
    async with connected(REFUSED[fault]) as (model, provider):
        with pytest.raises(kind) as caught:
            await ask(model)
    assert type(caught.value) is kind
    assert (caught.value.retryable, caught.value.retry_after) == (retryable, retry_after)
    assert len(provider.requests) == 1  # attempts are made elsewhere
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)


async def test_how_long_a_provider_asks_to_wait_is_told() -> None:
    async with connected(REFUSED["rate limit"]) as (model, _):
        with pytest.raises(RateLimitedError, match=r"it asks to wait 1 s"):
            await asked(model)


def test_the_table_above_leaves_no_refusal_out() -> None:
    assert len(REFUSED) == 7


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        ("stall", TimedOutError, "The answer is forty-two, "),
        ("silence", TimedOutError, ""),
        ("drop at once", BrokenStreamError, ""),
        ("drop mid-token", BrokenStreamError, "The answer is forty-two, "),
        ("empty stream", BrokenStreamError, ""),
        ("error object", BrokenStreamError, "The answer is forty-two, "),
        ("malformed JSON", BrokenStreamError, "The answer is forty-two, "),
    ],
)
async def test_a_stream_that_breaks_is_an_error_after_what_it_said(
    fault: str, kind: type[ModelError], said: str
) -> None:
    async with connected(BROKEN[fault], **HURRIED) as (model, _):
        with pytest.raises(kind) as caught:
            await streamed(model)
    assert caught.value.__notes__ == [said]
    assert caught.value.retryable


async def test_an_early_end_has_text_and_no_finish_reason() -> None:
    async with connected(BROKEN["early end"]) as (model, _):
        message = await streamed(model)
    assert message.text == "The answer is forty-two, "
    assert "finish_reason" not in message.response_metadata


@BOTH
async def test_a_full_answer_says_that_it_was_cut(ask: Callable[[Chat], Any]) -> None:
    async with connected(BROKEN["length"]) as (model, _):
        assert (await ask(model)).response_metadata["finish_reason"] == "length"


@pytest.mark.parametrize("fault", ["arguments cut off", "mixed arguments"])
async def test_doubtful_arguments_are_marked(fault: str) -> None:
    async with connected(BROKEN[fault]) as (model, _):
        message = await streamed(model)
    assert set(doubtful_calls(message)) == {call["id"] for call in message.tool_calls}


PLAIN = [name for name in ODD if name not in ("shared index", "no index", "large arguments")]


@BOTH
@pytest.mark.parametrize("fault", PLAIN)
async def test_odd_shapes_say_what_they_mean(ask: Callable[[Chat], Any], fault: str, recwarn: Any) -> None:
    async with connected(ODD[fault]) as (model, _):
        message = await ask(model)
    assert message.text == ("Grüße, 世界 🎉 " if fault == "torn characters" else "") + TEXT
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.response_metadata["model_name"] == "scripted"
    if fault != "no usage":
        assert message.usage_metadata == {"input_tokens": 9, "output_tokens": 12, "total_tokens": 21}
    if ODD[fault].style:
        assert message.additional_kwargs["reasoning_content"] == "Let me see. "
    if ask is streamed:
        assert not [warning for warning in recwarn if "Pydantic" in str(warning.message)]


@BOTH
@pytest.mark.parametrize("fault", ["shared index", "no index"])
async def test_two_calls_stay_two(ask: Callable[[Chat], Any], fault: str) -> None:
    async with connected(ODD[fault]) as (model, _):
        message = await ask(model)
    assert [(call["id"], call["args"]) for call in message.tool_calls] == [
        ("call_a", {"query": "a"}),
        ("call_b", {"query": "b"}),
    ]
    assert message.response_metadata["finish_reason"] == "tool_calls"


@BOTH
async def test_fifty_kilobytes_of_arguments_arrive(ask: Callable[[Chat], Any]) -> None:
    async with connected(ODD["large arguments"]) as (model, _):
        assert len((await ask(model)).tool_calls[0]["args"]["query"]) == 50_000


@BOTH
async def test_a_refusal_in_words_is_kept(ask: Callable[[Chat], Any]) -> None:
    async with connected(BROKEN["refusal"]) as (model, _):
        message = await ask(model)
    assert message.additional_kwargs["refusal"] == "I cannot help with that."
    assert message.text == "I cannot help with that."
    assert finish_reason_of(message) == "refusal"


@BOTH
async def test_an_error_after_the_finish_reason_is_an_error(ask: Callable[[Chat], Any]) -> None:
    stop = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    turn = [{"text": "All of it?"}, {"frame": stop}, {"error_object": {"message": "The engine died"}}]
    async with connected(turn) as (model, _):
        with pytest.raises(BrokenStreamError, match="The engine died"):
            await streamed(model)


async def test_other_choices_are_not_mixed_in() -> None:
    async with connected(ODD["two choices"]) as (model, _):
        message = await streamed(model)
    assert message.additional_kwargs["other_choices"] == [
        {"index": 1, "content": "Another answer.", "tool_calls": [], "finish_reason": None}
    ]


@BOTH
async def test_no_server_is_one_clear_line(ask: Callable[[Chat], Any]) -> None:
    model = chat(f"http://127.0.0.1:{closed_port()}/v1")
    with pytest.raises(UnreachableError, match=r"no connection to http://127\.0\.0\.1:\d+/v1 .*OPENAI_BASE_URL") as e:
        await ask(model)
    assert e.value.retryable
    await model.aclose()


@BOTH
async def test_without_a_name_the_server_is_asked(ask: Callable[[Chat], Any]) -> None:
    async with connected("Hello.", name="") as (model, provider):
        assert (await ask(model)).text == "Hello."
        assert model.model_name == "scripted"
    assert [request.path for request in provider.requests] == ["/v1/models", "/v1/chat/completions"]


async def test_without_a_name_and_a_server_the_line_is_as_clear() -> None:
    model = chat(f"http://127.0.0.1:{closed_port()}/v1", "")
    with pytest.raises(UnreachableError, match="no connection to"):
        await asked(model)
    async with ScriptedProvider([], models=[]) as provider:
        with pytest.raises(ModelNotFoundError, match="lists no models"):
            await asked(chat(provider.base_url, ""))


SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: {}\n\n"


@asynccontextmanager
async def listing(reply: bytes, *, ends: bool = True) -> AsyncIterator[str]:
    """A server that answers everything with `reply`, and perhaps never ends that; yields its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply)
            await writer.drain()
            while not ends and not reader.at_eof():
                writer.write(b"data: {}\n\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


@pytest.mark.parametrize(
    ("reply", "ends", "said"),
    [
        (
            b"HTTP/1.1 405 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
            True,
            "does not list its models (405)",
        ),
        (SSE, True, "something that is no list of models"),
        (SSE, False, "has not listed its models within 0.5 s"),
    ],
    ids=["405", "a stream", "a stream without an end"],
)
async def test_a_server_that_lists_no_models_says_to_name_one(reply: bytes, ends: bool, said: str) -> None:
    async with listing(reply, ends=ends) as address:
        model = chat(address, "", model_connect_timeout=60.0 if ends else 0.5)
        with pytest.raises(ModelNotFoundError) as raised:
            await asked(model)
        await model.aclose()
    assert f"{said}. Name one: MAINSTEM_MODEL=openai:NAME." in str(raised.value)


async def test_a_server_that_sends_elsewhere_for_its_models_is_told_of() -> None:
    reply = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:9/v1/models\r\nContent-Length: 0\r\n\r\n"
    async with listing(reply) as address:
        with pytest.raises(RedirectedError, match=r"redirects to http://127\.0\.0\.2:9"):
            await asked(chat(address, ""))


async def test_a_model_that_is_found_out_is_named_where_it_fails() -> None:
    async with connected([{"status": 404, "message": "gone"}], name="") as (model, _):
        with pytest.raises(ModelNotFoundError, match="knows no model 'scripted'"):
            await asked(model)


async def test_a_key_in_the_providers_words_is_masked() -> None:
    refused = {"status": 401, "message": f"Incorrect API key provided: {KEY}. You can find your key at …"}
    async with connected([refused]) as (model, _):
        with pytest.raises(WrongKeyError, match=r"provided: \[key\]") as caught:
            await asked(model)
    assert KEY not in str(caught.value)


async def test_a_reader_that_leaves_closes_the_connection() -> None:
    async with connected([{"text": "a"}, {"hang": True}]) as (model, provider):
        task = asyncio.create_task(streamed(model))
        await eventually(lambda: bool(provider.requests))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await eventually(lambda: provider.requests[0].outcome == "left")


async def test_an_iterator_that_is_dropped_closes_the_connection() -> None:
    async with connected([{"text": "a"}, {"hang": True}]) as (model, provider):
        stream = model.astream("hi")
        assert (await anext(stream)).text == "a"
        await stream.aclose()
        await eventually(lambda: provider.requests[0].outcome == "left")


@contextmanager
def generators() -> Iterator[list[AsyncGenerator[Any]]]:
    """The async generators that begin meanwhile."""
    hooks, begun = sys.get_asyncgen_hooks(), list[AsyncGenerator[Any]]()

    def begin(generator: AsyncGenerator[Any]) -> None:
        begun.append(generator)
        if hooks.firstiter is not None:
            hooks.firstiter(generator)

    sys.set_asyncgen_hooks(firstiter=begin)
    try:
        yield begun
    finally:
        sys.set_asyncgen_hooks(firstiter=hooks.firstiter)


async def test_an_iterator_that_is_dropped_leaves_nothing_of_the_stream_to_the_garbage() -> None:
    async with connected([{"text": "a"}, {"hang": True}]) as (model, _):
        with generators() as begun:
            stream = model._astream([HumanMessage("hi")])
            await anext(stream)
            (read,) = [each for each in begun if each.ag_code.co_qualname == "MergedStream.__stream__"]
            await stream.aclose()
            assert read.ag_frame is None


async def test_usage_is_asked_for_at_any_address() -> None:
    async with connected("Hello.") as (model, provider):
        await streamed(model)
    assert provider.requests[0].json["stream_options"] == {"include_usage": True}
    assert provider.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_tools_travel_both_ways() -> None:
    def calculate(expression: str) -> str:
        """Compute."""
        return expression

    call = {"name": "calculate", "args": {"expression": "6*7"}, "id": "call_1"}
    async with connected([{"tool_call": call}]) as (model, provider):
        message = await model.bind_tools([calculate]).ainvoke("6*7?")
    assert message.tool_calls == [{**call, "type": "tool_call"}]
    assert provider.requests[0].json["tools"][0]["function"]["name"] == "calculate"


def test_the_sync_twin_says_the_same() -> None:
    turns = [ODD["reasoning"], ODD["reasoning"], BROKEN["error object"], REFUSED["rate limit"]]
    with ThreadedProvider(WireScript(turns=turns)) as provider:
        model = chat(provider.base_url)
        message = AIMessageChunk(content="")
        for chunk in model.stream("hi"):
            message = message + chunk
        whole = model.invoke("hi")
        assert message.text == whole.text == TEXT
        assert message.additional_kwargs["reasoning_content"] == whole.additional_kwargs["reasoning_content"]
        with pytest.raises(BrokenStreamError):
            list(model.stream("hi"))
        with pytest.raises(RateLimitedError):
            model.invoke("hi")


RESPONSES = {"openai_api": "responses"}


@BOTH
async def test_responses_say_why_they_stop(ask: Callable[[Chat], Any]) -> None:
    call = {"tool_call": {"name": "f", "args": {"a": 1}, "id": "call_1"}}
    thought = [{"reasoning": "Let me "}, {"reasoning": "see."}, {"words": "All is well."}]
    async with connected(thought, [call], [{"text": "half"}, {"finish": "length"}], **RESPONSES) as (model, provider):
        first, second, third = [await ask(model) for _ in range(3)]
    assert first.text == "All is well."
    assert first.additional_kwargs["reasoning_content"] == "Let me see."
    assert [m.response_metadata["finish_reason"] for m in (first, second, third)] == ["stop", "tool_calls", "length"]
    assert second.tool_calls == [{"name": "f", "args": {"a": 1}, "id": "call_1", "type": "tool_call"}]
    assert {request.path for request in provider.requests} == {"/v1/responses"}


async def test_a_failed_response_tells_the_providers_words() -> None:
    turn = [{"text": "half"}, {"error_object": {"code": "server_error", "message": "The model's engine died"}}]
    async with connected(turn, **RESPONSES) as (model, _):
        with pytest.raises(BrokenStreamError, match="broke off its answer: The model's engine died") as caught:
            await streamed(model)
    assert caught.value.retryable
    assert caught.value.__notes__ == ["half"]


TEXT_DONE = {"type": "response.output_text.done", "item_id": "m", "output_index": 0, "content_index": 0}


def completed(*texts: str, **call: Any) -> dict[str, Any]:
    parts = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    output = [{"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": parts}]
    if call:
        output.append({"type": "function_call", "id": "f", "status": "completed", **call})
    told = {"id": "r", "created_at": 1, "model": "scripted", "object": "response", "status": "completed"}
    about = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    frame = {"type": "response.completed", "sequence_number": 99, "response": {**told, **about, "output": output}}
    return {"frame": frame}


@pytest.mark.parametrize(
    "end",
    [
        {"frame": {**TEXT_DONE, "text": "Goodbye.", "sequence_number": 98}},
        completed("Goodbye."),
        completed("Hello.", call_id="c1", name="f", arguments='{"a": 1}'),
    ],
)
async def test_a_response_that_ends_otherwise_than_it_was_told_is_an_error(end: Any) -> None:
    async with connected([{"text": "Hello."}, end], **RESPONSES) as (model, _):
        with pytest.raises(BrokenStreamError, match="other words than it had sent") as caught:
            await streamed(model)
    assert caught.value.retryable


@pytest.mark.parametrize(("end", "said"), [(completed("Hello. All is well."), "Hello. All is well."),
                                           (completed("Hello.\n"), "Hello.\n"), (completed(), "Hello.")])  # fmt: skip
async def test_what_only_the_end_of_a_response_says_is_said(end: Any, said: str) -> None:
    async with connected([{"text": "Hello."}, end], **RESPONSES) as (model, _):
        message = await streamed(model)
    assert (message.text, message.response_metadata["finish_reason"]) == (said, "stop")


async def test_a_response_cut_short_has_no_finish_reason() -> None:
    async with connected([{"text": "half"}, {"end": True}], **RESPONSES) as (model, _):
        message = await streamed(model)
    assert message.text == "half"
    assert "finish_reason" not in message.response_metadata


async def test_structured_output_works() -> None:
    from pydantic import BaseModel

    class Answer(BaseModel):
        value: int

    async with connected([{"words": json.dumps({"value": 42})}]) as (model, _):
        assert await model.with_structured_output(Answer, method="json_schema").ainvoke("?") == Answer(value=42)


async def test_every_fault_ends_in_time() -> None:
    """No fault hangs and none raises anything but a `ModelError`."""
    for turn in FAULTS.values():
        for ask in (streamed, asked):
            async with connected(turn, **HURRIED) as (model, _), asyncio.timeout(60):
                with suppress(ModelError):
                    await ask(model)
