"""Recorded streams of real providers, replayed over TCP."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from mainstem.models import BrokenStreamError
from mainstem.models.openai.chat import Chat
from mainstem.settings import Settings
from mainstem.testing import ScriptedProvider, WireScript, transcript

# Where the oracle of expected.jsonl is wrong or silent, what a person reads in the recording.
BY_HAND: dict[str, dict[str, Any]] = {
    "006-ruby_llm-chat_mistral_hybrid": {"content": "144", "why": "the oracle loses the text part of a content list"},
    "001-openinference-TestTokenCounts.test_groq": {"usage": 38, "why": "usage stands in x_groq"},
    "002-dd-trace-py-completion_stream_multiple_choices_proxy": {"usage": 40, "why": "a chunk without usage follows"},
    "cererebras-structured-output-tools": {
        "calls": [("nonUsefulTool", {}), ("nonUsefulTool", {})],
        "why": "the oracle glues two calls with one index",
    },
}


def rows_of(path: Path) -> list[dict[str, Any]]:
    # not splitlines(): some texts hold other line ends
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def final_response(path: Path) -> dict[str, Any]:
    """The response in the event that ends a recorded Responses stream (the first, where two were recorded as one)."""
    for step in transcript(path).steps:
        data = "".join(line[5:] for line in step.raw.splitlines() if line.startswith("data:")).strip()
        if data and data != "[DONE]":
            event = json.loads(data)
            if event["type"] in ("response.completed", "response.incomplete", "response.failed"):
                return event["response"]
    raise AssertionError(f"{path} has no end")


async def heard(path: Path, **given: Any) -> AIMessageChunk:
    script = WireScript(turns=[await asyncio.to_thread(transcript, path)])
    async with ScriptedProvider(script, pace="max") as provider:
        patience = {"model_first_token_timeout": 5, "model_token_timeout": 5}
        settings = Settings(_env_file=None, openai_base_url=provider.base_url, **patience, **given)
        model = Chat.from_settings("x", settings)
        message = AIMessageChunk(content="")
        async for chunk in model.astream("hi"):
            message = message + chunk
        await model.aclose()
    return message


def calls(choice: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(call["name"], json.loads(call["arguments"] or "{}")) for call in choice["tool_calls"]]


async def test_every_recorded_chat_says_what_the_oracle_says(shared: Path) -> None:
    folder = shared / "sse-transcripts"
    rows = await asyncio.to_thread(rows_of, folder / "expected.jsonl")
    checked = 0
    for row in rows:
        if not row["choices"] or row["error"]:
            continue
        message = await heard(folder / row["file"])
        by_hand = next((given for name, given in BY_HAND.items() if name in row["file"]), {})
        choice = row["choices"][0]
        assert message.text == by_hand.get("content", choice["content"] or ""), row["file"]
        assert message.response_metadata.get("finish_reason") == choice["finish_reason"], row["file"]
        ours = [(call["name"], call["args"]) for call in message.tool_calls]
        assert ours == (by_hand["calls"] if "calls" in by_hand else calls(choice)), row["file"]
        total = message.usage_metadata["total_tokens"] if message.usage_metadata else None
        assert total == by_hand.get("usage", (row["usage"] or {}).get("total_tokens")), row["file"]
        others = message.additional_kwargs.get("other_choices", [])
        assert [other["content"] for other in others] == [one["content"] or "" for one in row["choices"][1:]], row[
            "file"
        ]
        checked += 1
    assert checked > 50


@pytest.mark.parametrize(
    ("name", "text", "call"),
    [
        ("mistral.ai/001-", "", ("get_weather", {"city": "San Francisco"})),
        ("mistral-tool-call", "", ("weather", {"location": "San Francisco"})),
        ("mistral-reasoning", "2 + 2 = 4", None),
        ("writer.com/002-", "", ("get_weather", {"location": "Zakopane"})),
        ("localhost-5002/002-", "In the observability department", None),
        ("openrouter.ai/010-", "The URL for Pydantic AI's GitHub repository is", None),
    ],
)
async def test_where_the_oracle_raises_the_message_is_whole(
    shared: Path, name: str, text: str, call: tuple[str, Any] | None
) -> None:
    path = next(
        path for path in (shared / "sse-transcripts").rglob("*") if name in str(path) and path.suffix != ".json"
    )
    message = await heard(path)
    assert message.text.startswith(text)
    assert message.response_metadata["finish_reason"] in ("stop", "tool_calls")
    if call:
        assert (message.tool_calls[0]["name"], message.tool_calls[0]["args"]) == call


async def test_reasoning_arrives_whatever_its_spelling(shared: Path) -> None:
    folder = shared / "sse-transcripts"
    rows = await asyncio.to_thread(rows_of, folder / "index.jsonl")
    spelled = [row for row in rows if row["kind"] == "chat" and row["reasoning"] and not row["errors"]]
    silent = []
    for row in spelled:
        if not (await heard(folder / row["file"])).additional_kwargs.get("reasoning_content"):
            silent.append(row["file"])
    assert len(spelled) > 12
    # grok sends its reasoning encrypted: nothing is there to read
    assert [name for name in silent if "native_options" not in name] == []


async def test_an_error_inside_a_recorded_stream_is_told(shared: Path) -> None:
    path = next((shared / "sse-transcripts" / "chat" / "groq.com").glob("006-*.sse"))
    with pytest.raises(BrokenStreamError, match="Tool call validation failed"):
        await heard(path)


async def test_a_stream_of_another_provider_ends_typed(shared: Path) -> None:
    paths = sorted((shared / "sse-transcripts" / "anthropic").rglob("*.sse"))
    assert paths
    for path in paths:
        with pytest.raises(BrokenStreamError, match="nothing in the OpenAI format"):
            await heard(path)


async def test_legacy_completions_are_read(shared: Path) -> None:
    for path in sorted((shared / "sse-transcripts" / "completion").rglob("*.sse")):
        message = await heard(path)
        assert message.text
        assert message.response_metadata["finish_reason"] in ("stop", "length")


async def test_every_recorded_response_says_what_its_last_event_says(shared: Path) -> None:
    folder = shared / "sse-transcripts"
    rows = await asyncio.to_thread(rows_of, folder / "index.jsonl")
    checked = 0
    for row in [row for row in rows if row["kind"] == "responses"]:
        said = await asyncio.to_thread(final_response, folder / row["file"])
        if said["status"] == "failed":
            with pytest.raises(BrokenStreamError, match="exceeded your current quota"):
                await heard(folder / row["file"], openai_api="responses")
            continue
        message = await heard(folder / row["file"], openai_api="responses")
        parts = [part for item in said["output"] if item["type"] == "message" for part in item["content"]]
        assert message.text == "".join(part["text"] for part in parts if part["type"] == "output_text"), row["file"]
        calls = [(item["call_id"], item["name"]) for item in said["output"] if item["type"] == "function_call"]
        ours = [(call["id"], call["name"]) for call in message.tool_calls]
        assert [one for one in ours if one in calls] == calls, row["file"]
        reason = message.response_metadata["finish_reason"]
        assert reason == ("length" if said["status"] == "incomplete" else "tool_calls" if ours else "stop"), row["file"]
        total = message.usage_metadata["total_tokens"] if message.usage_metadata else None
        assert total == (said.get("usage") or {}).get("total_tokens"), row["file"]
        checked += 1
    assert checked > 30
