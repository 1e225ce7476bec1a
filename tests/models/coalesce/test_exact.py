"""Joining changes nothing: a stream that is cut and delayed at random gives the message that it gives as it is."""

import json
import random
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk
from openai._streaming import SSEDecoder

from mainstem.models.coalesce.body import Arrival
from mainstem.models.coalesce.merge import ARRIVALS
from mainstem.models.coalesce.reader import ChunkReader, StreamedError
from mainstem.models.coalesce.sse import SseParser
from mainstem.models.errors import ModelError
from mainstem.models.openai.chunk_readers import ChatReader, RawChunk
from mainstem.models.openai.failures import Endpoint
from mainstem.testing import transcript

PLACE = Endpoint("m", "http://127.0.0.1/v1")
SHARED = Path(__file__).parents[4] / "shared" / "data" / "sse-transcripts"


@cache
def recordings() -> dict[str, bytes]:
    kinds = ("chat", "completion", "anthropic", "vercel-payload-lines/chat")
    paths = [path for kind in kinds for path in sorted((SHARED / kind).rglob("*")) if path.suffix in (".sse", ".txt")]
    return {str(path.relative_to(SHARED)): b"".join(s.raw.encode() for s in transcript(path).steps) for path in paths}


def as_it_is(data: bytes) -> Any:
    """What the SDK's own decoder reads, one event after the other."""

    def chunks() -> Iterable[Any]:
        for event in SSEDecoder().iter_bytes(iter([data])):
            if event.data.startswith("[DONE]"):
                return
            chunk = json.loads(event.data)
            if isinstance(chunk, dict) and chunk.get("error"):
                raise StreamedError(chunk["error"])
            yield chunk

    return message(chunks())


def joined(data: bytes, chance: random.Random) -> Any:
    return message(chunk for chunks in fed(data, chance) for chunk in chunks)


def fed(data: bytes, chance: random.Random) -> Iterable[list[Any]]:
    reader, now = ChunkReader(), 0.0
    for together in pieces(data, chance):
        now += chance.random()
        yield reader.feed([Arrival(piece, now) for piece in together])
        if reader.failure:
            raise reader.failure
        if reader.done:
            return
    yield reader.finish(now)
    if reader.failure:
        raise reader.failure


def pieces(data: bytes, chance: random.Random) -> Iterable[list[bytes]]:
    """The stream in pieces of any size, in groups that arrive together."""
    most, at = chance.choice([3, 50, 700, 20_000]), 0
    while at < len(data):
        group = []
        for _ in range(chance.randint(1, 4)):
            size = chance.randint(1, most)
            group.append(data[at : at + size])
            at += size
        yield group


def message(chunks: Iterable[Any]) -> Any:
    """The message that a stream merges into, or how it fails and what there was by then."""
    reader, said = ChatReader(PLACE), AIMessageChunk(content="")
    try:
        for chunk in chunks:
            if made := reader.read(RawChunk(chunk)):
                said = said + made.message
        for made in reader.last():
            said = said + made.message
    except (ValueError, AttributeError, TypeError, StreamedError, ModelError) as error:
        return type(error).__name__, str(error), said.text
    return told(said)


def told(message: AIMessageChunk) -> dict[str, Any]:
    calls = [{**call, "id": None} if str(call["id"]).startswith("call_") else call for call in message.tool_call_chunks]
    about = message.model_dump(exclude={"id", "tool_call_chunks", "tool_calls", "invalid_tool_calls", "lc_attributes"})
    doubtful = about["additional_kwargs"].pop("doubtful_tool_calls", {})
    return {
        **about,
        "calls": calls,
        "doubtful": sorted(doubtful.values()),
        "names": [c["name"] for c in message.tool_calls],
    }


@pytest.mark.parametrize("seed", range(2))
def test_every_recording_gives_the_same_message(shared: Path, seed: int) -> None:
    chance = random.Random(seed)
    assert len(recordings()) > 50
    for name, data in recordings().items():
        assert joined(data, chance) == as_it_is(data), name


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not beside this checkout")
@given(st.integers(0, 2**32), st.integers(0))
def test_any_recording_in_any_pieces_gives_the_same_message(which: int, seed: int) -> None:
    names = sorted(recordings())
    data = recordings()[names[which % len(names)]]
    assert joined(data, random.Random(seed)) == as_it_is(data), names[which % len(names)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not beside this checkout")
def test_no_arrival_is_hidden() -> None:
    heard, shown, chance = 0, 0, random.Random(1)
    for name, data in recordings().items():
        try:
            chunks = [chunk for some in fed(data, chance) for chunk in some]
        except (ValueError, StreamedError):
            continue
        came = [chunk[ARRIVALS] for chunk in chunks]
        events = [e for e in SSEDecoder().iter_bytes(iter([data])) if e.data and not e.data.startswith("[DONE]")]
        assert sum(arrivals.n for arrivals in came) == len(events), name
        times = [at for arrivals in came for at in arrivals[1:]]
        assert times == sorted(times), name
        assert all(arrivals.n > 1 or arrivals.first_at == arrivals.last_at for arrivals in came), name
        heard, shown = heard + len(events), shown + len(chunks)
    assert shown < heard * 0.8


texts = st.sampled_from(["", "a", "b ", '"', "\\", "\n\n", "data: ", "é", "😀", "\ud83d", "\ude00", "{", "\u2028"])
functions = st.fixed_dictionaries(
    {}, optional={"arguments": texts | st.just("{}"), "name": st.sampled_from(["f", "g", ""])}
)
fragments = st.fixed_dictionaries(
    {"function": functions},
    optional={
        "index": st.sampled_from([0, 1, None]),
        "id": st.sampled_from(["x", "y", ""]),
        "type": st.just("function"),
    },
)
details = st.fixed_dictionaries({"type": st.just("reasoning.text"), "text": texts})
deltas = st.fixed_dictionaries(
    {},
    optional={
        "role": st.just("assistant"),
        "content": texts | st.none() | st.just([{"type": "text", "text": "z"}]),
        "reasoning_content": texts,
        "reasoning": texts | st.just({"text": "r"}),
        "reasoning_details": st.lists(details, max_size=2),
        "refusal": texts,
        "tool_calls": st.lists(fragments, max_size=2),
        "function_call": st.just({"name": "h", "arguments": "1"}),
        "unknown": st.just([1]),
    },
)
chunks = st.fixed_dictionaries(
    {
        "choices": st.lists(
            st.fixed_dictionaries(
                {"delta": deltas},
                optional={
                    "index": st.sampled_from([0, 1]),
                    "finish_reason": st.sampled_from([None, "stop"]),
                    "logprobs": st.sampled_from([None, {"content": [{"token": "t"}]}]),
                    "text": texts,
                },
            ),
            max_size=2,
        ),
    },
    optional={
        "usage": st.sampled_from([None, {"prompt_tokens": 1, "completion_tokens": 2}]),
        "model": st.sampled_from(["m", "n"]),
        "created": st.integers(0, 2),
        "obfuscation": texts,
        "error": st.sampled_from([None, {"message": "no"}]),
    },
)


@given(st.lists(st.tuples(chunks, st.integers(1, 3)), max_size=6), st.booleans(), st.integers(0))
def test_any_stream_in_any_pieces_gives_the_same_message(said: list[Any], ascii_only: bool, seed: int) -> None:
    """Strange streams, the same chunk several times among them: what joining could lose."""
    lines = [json.dumps(chunk, ensure_ascii=ascii_only) for chunk, times in said for _ in range(times)]
    data = "".join(f"data: {line}\n\n" for line in lines).encode("utf-8", "replace")
    assert joined(data, random.Random(seed)) == as_it_is(data)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("seed", range(5))
def test_events_are_cut_as_the_sdk_cuts_them(end: str, seed: int) -> None:
    lines = [": hi", "", "data: 1", "", "data:2", "data:  3", "", "event: x", "data: {}", "", "id: 7", "retry: 5"]
    lines += ["data: 4", "", "", "data", "", "data: é", "", "data: last"]
    data, frames = end.join(lines).encode(), SseParser()
    groups = [piece for group in pieces(data, random.Random(seed)) for piece in group]
    ours = [frame for piece in groups for frame in frames.feed(piece)] + frames.finish()
    theirs = [event for event in SSEDecoder().iter_bytes(iter([data])) if event.data]
    assert [(frame.data.decode(), frame.name) for frame in ours] == [(e.data, e.event or "") for e in theirs]
