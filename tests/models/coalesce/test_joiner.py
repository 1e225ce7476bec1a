"""Joined events, read by the SDK's own decoder, say what the events said as they came, however they were cut."""

import json
import random
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder

from mainstem.models.coalesce.body import Arrival
from mainstem.models.coalesce.joiner import EventJoiner

GROW = {"content", "reasoning_content", "reasoning", "arguments", "text", "delta"}
NOISE = {"created", "obfuscation", "sequence_number"}


def said(data: bytes) -> list[Any]:
    """Each run of events that differ in growing texts only: what they share, how many say none, the texts joined."""
    events = [(event.event, json.loads(event.data)) for event in SSEDecoder().iter_bytes(iter([data])) if event.data]
    told: list[Any] = []
    for shape, run in groupby(events, key=lambda event: (event[0], json.dumps(shape_of(event[1])))):
        texts = [list(texts_of(chunk)) for _, chunk in run]
        told.append((shape, texts.count([]), ["".join(column) for column in zip(*filter(None, texts), strict=True)]))
    return told


def shape_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: "…" if grows(k, v) else shape_of(v) for k, v in value.items() if k not in NOISE}
    return [shape_of(item) for item in value] if isinstance(value, list) else value


def texts_of(value: Any) -> Iterable[str]:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if grows(key, item):
            yield item if isinstance(item, str) else json.dumps(item)[1:-1] + ", "
        elif isinstance(item, dict | list):
            yield from texts_of(item)


def grows(key: Any, value: Any) -> bool:
    return key in GROW and bool(value) and (isinstance(value, str) or (key == "content" and isinstance(value, list)))


def joined(data: bytes, chance: random.Random) -> tuple[bytes, int]:
    """The stream as the joiner gives it, cut at random, and how many events it says are in it."""
    joiner, at, out, count, now = EventJoiner(), 0, b"", 0, 0.0
    most = chance.choice([3, 60, 900, 30_000])
    while at < len(data):
        taken: list[Arrival] = []
        for _ in range(chance.randint(1, 4)):
            size, now = chance.randint(1, most), now + 1
            taken.append(Arrival(data[at : at + size], now))
            at += size
        for piece in joiner.feed(taken):
            out += piece.data
            if piece.arrivals:
                count += piece.arrivals.n
                assert piece.arrivals.first_at <= piece.arrivals.last_at <= now
    return out + joiner.finish(), count


words = st.text(st.sampled_from('ab "\\\n\u2028é🙂\x7f{}:'), max_size=4)
nothing = st.none() | st.just("")
logprobs = st.builds(
    lambda token, number: {"content": [{"token": token, "logprob": number, "bytes": None}], "refusal": None},
    words,
    st.floats(-9, 0),
)
calls = st.builds(
    lambda index, args, name, of: {"index": index, **of, "function": {**({"name": name} if name else {}), **args}},
    st.integers(0, 2),
    st.fixed_dictionaries({"arguments": words}),
    st.sampled_from([None, "", "look"]),
    st.sampled_from([{}, {"id": "c1", "type": "function"}, {"id": None}]),
)
deltas = st.fixed_dictionaries(
    {},
    optional={
        "role": st.just("assistant"),
        "content": words | nothing,
        "reasoning_content": words | nothing,
        "reasoning": words,
        "refusal": words | nothing,
        "tool_calls": st.lists(calls, max_size=2),
        "reasoning_details": st.lists(
            st.builds(lambda t: {"type": "reasoning.text", "text": t, "index": 0}, words), max_size=1
        ),
        "strange": st.sampled_from([None, 1, {"a": [1]}]),
    },
)
choices = st.fixed_dictionaries(
    {"index": st.integers(0, 2), "delta": deltas},
    optional={"logprobs": st.none() | logprobs, "finish_reason": st.sampled_from([None, None, "stop"])},
)
usages = st.none() | st.just({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})
chat = st.fixed_dictionaries(
    {"id": st.sampled_from(["c", "d"]), "choices": st.lists(choices, min_size=1, max_size=2) | st.just([])},
    optional={
        "usage": usages,
        "created": st.integers(),
        "obfuscation": words,
        "big": st.sampled_from([2**70, 1e400, -0.0, 1.0, True, 1]),
        "strange": words,
    },
)
_TYPES = ("output_text", "refusal", "function_call_arguments", "reasoning_summary_text", "image", "audio")
responses = st.fixed_dictionaries(
    {
        "type": st.sampled_from([f"response.{of}.{what}" for of in _TYPES for what in ("delta", "done")]),
        "delta": words,
        "item_id": st.sampled_from(["i", "j"]),
        "sequence_number": st.integers(0, 99),
    },
    optional={"output_index": st.integers(0, 1), "summary_index": st.integers(0, 1), "strange": words},
)
anthropic = st.builds(
    lambda kind, of, text: {"type": "content_block_delta", "index": 0, "delta": {"type": kind, of: text}},
    st.sampled_from(["text_delta", "thinking_delta"]),
    st.sampled_from(["text", "thinking", "partial_json"]),
    words,
)
errors = st.just({"error": {"message": "overloaded"}}) | st.just({"type": "error", "message": "no"})
objects = chat | chat | responses | anthropic | errors | st.just({}) | st.just([1])


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Events of every kind, many of them like the one before but for their text, with every kind of line."""
    out, usual = "", draw(st.lists(objects, min_size=1, max_size=3))
    for _ in range(draw(st.integers(1, 25))):
        chunk = json.loads(json.dumps(draw(st.sampled_from(usual)) if draw(st.integers(0, 5)) else draw(objects)))
        _say(chunk, draw(words))
        end = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"]))
        spaces = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
        text = json.dumps(chunk, ensure_ascii=draw(st.booleans()), separators=spaces)
        lines = [draw(st.sampled_from(["data: ", "data: ", "data:"])) + text]
        if draw(st.integers(0, 9)) == 0 and ", " in text:
            lines = ["data: " + part for part in text.replace(", ", ",\n", 1).split("\n")]
        more = draw(
            st.sampled_from(["", "", "", ": ping", "id: 7", "event: message", "event:error", "retry: 5", "data"])
        )
        out += end.join([*([more] if more and more != "data" else []), *lines, "", ""])
        out += draw(st.sampled_from(["", "", "", "", ": keep\n\n", "\n", "data: [DONE]\n\n"]))
    return out.encode("utf-8", "replace")


def _say(chunk: Any, text: str) -> None:
    """Another text in the first place that grows."""
    if isinstance(chunk, dict):
        for key, value in chunk.items():
            if grows(key, value) and isinstance(value, str):
                chunk[key] = text or "x"
                return
            _say(value, text)
    elif isinstance(chunk, list):
        for item in chunk:
            _say(item, text)


@given(streams(), st.randoms())
def test_joined_events_say_the_same(data: bytes, chance: random.Random) -> None:
    data = data.replace(b"data: [DONE]", b'data: "[DONE]"')
    out, count = joined(data, chance)
    assert said(out) == said(data)
    assert count >= sum(bool(event.data) for event in SSEDecoder().iter_bytes(iter([out])))
