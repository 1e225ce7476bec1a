"""A model of another provider's, through LangChain's own package for it: the real client against a scripted server."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

import pytest

from mainstem import Session, Settings, events
from mainstem.models import NotReadyError, UnknownModelError, WrongKeyError, available, load
from mainstem.models.errors import RateLimitedError, ServerFailedError, UnreachableError

# Looked for and not imported: each worker would import it, and one tries it.
pytestmark = pytest.mark.skipif(find_spec("langchain_anthropic") is None, reason="the group providers is not installed")

USAGE = {"input_tokens": 7, "output_tokens": 0}
MESSAGE = {"id": "m", "type": "message", "role": "assistant", "model": "claude-x", "content": [], "stop_reason": None}
START = {"type": "message_start", "message": {**MESSAGE, "stop_sequence": None, "usage": USAGE}}


def words(*texts: str) -> list[dict[str, Any]]:
    begun = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts
    ]
    return [START, begun, *deltas, {"type": "content_block_stop", "index": 0}]


def end(reason: str) -> list[dict[str, Any]]:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return [{"type": "message_delta", "delta": delta, "usage": {"output_tokens": 3}}, {"type": "message_stop"}]


def stream(parts: Sequence[dict[str, Any]]) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    return head + b"".join(f"event: {part['type']}\ndata: {json.dumps(part)}\n\n".encode() for part in parts)


def refusal(status: int, said: str, **headers: str) -> bytes:
    body = json.dumps({"type": "error", "error": {"type": "x", "message": said}}).encode()
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{more}"
    return f"{head}Connection: close\r\n\r\n".encode() + body


@asynccontextmanager
async def anthropic(monkeypatch: pytest.MonkeyPatch, *replies: bytes) -> AsyncIterator[list[dict[str, Any]]]:
    """A server on this machine that gives these replies, one a request; yields what it was asked."""
    asked: list[dict[str, Any]] = []

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        asked.append(json.loads(await reader.readexactly(length)))
        writer.write(replies[min(len(asked), len(replies)) - 1])
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
        monkeypatch.setenv("ANTHROPIC_API_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{port}")
        yield asked


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, model="anthropic:claude-x", retry_seconds=0, **given)


async def answered(**given: Any) -> tuple[Any, list[Any]]:
    async with Session(settings(**given)) as session:
        run = session.ask("What is a law?")
        seen = [event async for event in run]
        return await run.result(), seen


async def test_an_answer_is_whole_with_its_numbers(
    monkeypatch: pytest.MonkeyPatch, library_settings: dict[str, Any]
) -> None:
    async with anthropic(monkeypatch, stream([*words("A law ", "holds."), *end("end_turn")])) as asked:
        result, seen = await answered(**library_settings)
    assert (result.status, result.text, result.model) == ("done", "A law holds.", "claude-x")
    assert result.usage is not None
    assert result.usage["output_tokens"] == 3
    assert [event.text for event in seen if isinstance(event, events.MessageDelta)] != []
    assert asked[0]["stream"] is True
    assert {tool["name"] for tool in asked[0]["tools"]} >= {"search_documents"}


@pytest.mark.parametrize("last", [[], end("max_tokens")], ids=["cut off", "at its limit"])
async def test_what_is_not_whole_is_not_called_so(
    monkeypatch: pytest.MonkeyPatch, library_settings: dict[str, Any], last: Any
) -> None:
    async with anthropic(monkeypatch, stream([*words("A law "), *last])):
        result, _ = await answered(**library_settings, max_attempts=1)
    assert result.status == "truncated"
    assert result.text == "A law "


async def test_a_secret_is_masked_while_it_is_said(
    monkeypatch: pytest.MonkeyPatch, library_settings: dict[str, Any]
) -> None:
    secret = "sk-proj-" + "a1B2c3D4e5" * 5
    async with anthropic(monkeypatch, stream([*words("It is ", secret[:20], secret[20:], "."), *end("end_turn")])):
        result, seen = await answered(**library_settings)
    assert secret not in "".join(getattr(event, "text", None) or "" for event in seen)
    assert result.text.startswith("It is [")


async def test_a_failure_is_told_and_asked_again(
    monkeypatch: pytest.MonkeyPatch, library_settings: dict[str, Any]
) -> None:
    replies = (refusal(529, "Overloaded"), stream([*words("A law holds."), *end("end_turn")]))
    async with anthropic(monkeypatch, *replies) as asked:
        result, seen = await answered(**library_settings)
    assert (result.text, len(asked)) == ("A law holds.", 2)
    told = [event.text for event in seen if isinstance(event, events.Notice)]
    assert "Attempt 1 failed: anthropic failed (529: Overloaded)" in told[0]


@pytest.mark.parametrize(
    ("reply", "error", "said"),
    [
        (refusal(401, "invalid x-api-key"), WrongKeyError, "does not accept the key (401: invalid x-api-key)"),
        (refusal(429, "Slow down", Retry_After="7"), RateLimitedError, "too many requests (Slow down)"),
        (refusal(500, "Oops"), ServerFailedError, "anthropic failed (500: Oops)"),
    ],
)
async def test_a_refusal_is_a_typed_error(
    monkeypatch: pytest.MonkeyPatch, reply: bytes, error: type[Exception], said: str
) -> None:
    async with anthropic(monkeypatch, reply) as asked:
        with pytest.raises(error) as raised:
            await load("anthropic:claude-x", settings()).ainvoke("hi")
    assert said in str(raised.value)
    assert len(asked) == 1, "attempts are ours"
    if isinstance(raised.value, RateLimitedError):
        assert raised.value.retry_after == 7


async def test_no_server_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async with anthropic(monkeypatch):
        pass  # it is gone again, and its port with it
    with pytest.raises(UnreachableError, match="no connection to anthropic"):
        await load("anthropic:claude-x", settings()).ainvoke("hi")


def test_a_package_that_is_missing_says_what_to_install() -> None:
    with pytest.raises(NotReadyError, match="langchain-cohere"):
        load("cohere:command", settings())
    with pytest.raises(UnknownModelError, match="no provider 'nonsense'"):
        load("nonsense:x", settings())


def test_the_list_of_models_names_other_providers() -> None:
    assert next(each for each in available(settings()) if each.name == "PROVIDER:NAME").ready
