"""The catalogue of faults: each is what its name says, on the wire."""

import asyncio
import json
from pathlib import Path

import pytest

from mainstem.testing import FAULTS, ScriptedProvider, WireScript, transcript
from mainstem.testing.faults import BROKEN, ODD, REFUSED
from tests.testing.test_provider import body_of, raw


async def played(name: str) -> tuple[bytes, str]:
    async with ScriptedProvider(WireScript(turns=[FAULTS[name]])) as provider:
        data = await asyncio.wait_for(raw(provider), 60)
    return data, b"".join(body_of(data)).decode()


def test_the_catalogue_has_no_name_twice() -> None:
    assert len(FAULTS) == len(REFUSED) + len(BROKEN) + len(ODD)


@pytest.mark.parametrize("name", [name for name in ODD if name != "CRLF"])
async def test_odd_answers_are_whole(name: str) -> None:
    _, text = await played(name)
    events = [event.split("data: ", 1)[1] for event in text.split("\n\n") if "data: " in event]
    chunks = [json.loads(event) for event in events if event != "[DONE]"]
    assert any(choice["finish_reason"] for chunk in chunks for choice in chunk["choices"])
    assert ("[DONE]" in events) == (name != "no DONE")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("reasoning_content", '"delta": {"reasoning_content": "Let me see. "}'),
        ("reasoning", '"delta": {"reasoning": "Let me see. "}'),
        ("reasoning_details", '"reasoning_details": [{"type": "reasoning.text", "text": "Let me see. "'),
        ("reasoning in content", '"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Let me'),
        ("cumulative usage", '"completion_tokens": 3,'),
        ("no index", '"tool_calls": [{"id": "call_a", "function"'),
        ("shared index", '"tool_calls": [{"index": 0, "id": "call_b"'),
        ("refusal", '"delta": {"refusal": '),
        ("two choices", '"choices": [{"index": 1, '),
        ("empty choices", '"choices": []}'),
        ("comments", ": keep-alive"),
        ("error object", 'data: {"error": {"message": "The model crashed."'),
        ("malformed JSON", 'data: {"choices": [{"delta": {"content": "and\n'),
    ],
)
async def test_a_fault_is_on_the_wire(name: str, shown: str) -> None:
    assert shown in (await played(name))[1]


async def test_an_early_end_says_no_reason() -> None:
    data, text = await played("early end")
    assert data.endswith(b"0\r\n\r\n")  # the body itself ends properly
    assert '"finish_reason": "' not in text
    assert "[DONE]" not in text


async def test_usage_is_left_out_when_asked() -> None:
    assert "usage" not in (await played("no usage"))[1]


@pytest.mark.parametrize(("name", "status"), [("bad request", 400), ("rate limit", 429), ("overloaded", 503)])
async def test_a_refusal_is_an_http_error(name: str, status: int) -> None:
    data, text = await played(name)
    assert data.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(text)["error"]["message"]


async def test_a_recording_is_replayed_byte_for_byte(tmp_path: Path) -> None:
    recorded = ': comment\n\ndata: {"a": "ü"}\r\n\r\nevent: x\ndata: [DONE]\n\ntail'
    path = tmp_path / "one.sse"
    await asyncio.to_thread(path.write_bytes, recorded.encode())
    turn = await asyncio.to_thread(transcript, path)
    async with ScriptedProvider(WireScript(turns=[turn])) as provider:
        writes = body_of(await raw(provider))
    assert b"".join(writes).decode() == recorded
    assert len(writes) == 4


async def test_payload_lines_become_events(tmp_path: Path) -> None:
    path = tmp_path / "one.chunks.txt"
    await asyncio.to_thread(path.write_text, '{"a": 1}\n\n{"b": 2}\n')
    turn = await asyncio.to_thread(transcript, path)
    async with ScriptedProvider(WireScript(turns=[turn])) as provider:
        assert body_of(await raw(provider)) == [b'data: {"a": 1}\n\n', b'data: {"b": 2}\n\n']
