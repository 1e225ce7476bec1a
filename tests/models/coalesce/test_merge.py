"""What is joined, what is not, and what a chunk is compared with."""

import json
from typing import Any

import pytest

from mainstem.models.coalesce.body import Arrival
from mainstem.models.coalesce.merge import ARRIVALS, MAX_JOINED_CHARS
from mainstem.models.coalesce.reader import ChunkReader

HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def chunk(delta: dict[str, Any], **more: Any) -> dict[str, Any]:
    choice = {"index": more.pop("index", 0), "delta": delta, "finish_reason": more.pop("finish", None)}
    return {**HEAD, "choices": [choice], **more}


def says(text: str, **more: Any) -> dict[str, Any]:
    return chunk({"content": text}, **more)


def fed(*chunks: Any) -> list[dict[str, Any]]:
    """All of them at once."""
    data = b"".join(b"data: %b\n\n" % (one if isinstance(one, bytes) else json.dumps(one).encode()) for one in chunks)
    return ChunkReader().feed([Arrival(data, 1.0)])


def texts(chunks: list[dict[str, Any]]) -> list[Any]:
    return [one["choices"][0]["delta"].get("content") for one in chunks]


def test_neighbours_are_joined_and_counted() -> None:
    reader = ChunkReader()
    pieces = [
        Arrival(b"data: " + json.dumps(says(text)).encode() + b"\n\n", float(at)) for at, text in enumerate("abc")
    ]
    (joined,) = reader.feed(pieces)
    assert texts([joined]) == ["abc"]
    assert joined[ARRIVALS] == (3, 0.0, 2.0)
    assert {key: joined[key] for key in HEAD} == HEAD


@pytest.mark.parametrize(
    "other",
    [
        says("b", usage={"completion_tokens": 1}),
        says("b", finish="stop"),
        says("b", index=1),
        says("b", model="n"),
        chunk({"content": "b", "reasoning": "r"}),
        chunk({"content": "b", "refusal": "no"}),
        chunk({"content": "b", "audio": {"data": "x"}}),
        chunk({"content": [{"type": "text", "text": "b"}]}),
        chunk({"reasoning": "b"}),
        chunk({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{}"}}]}),
        chunk({}),
        {"choices": [], "usage": {}},
        {"unknown": 1},
    ],
)
def test_what_says_anything_else_stays_alone_and_in_its_place(other: dict[str, Any]) -> None:
    came = fed(says("a"), json.loads(json.dumps(other)), says("c"))
    assert len(came) == 3
    assert {key: value for key, value in came[1].items() if not key.startswith("mainstem.")} == other
    assert texts([came[0], came[2]]) == ["a", "c"]


def test_fragments_of_one_call_are_joined_and_two_calls_are_not() -> None:
    def fragment(index: int, args: str, name: str | None = None) -> dict[str, Any]:
        function = {"arguments": args} if name is None else {"arguments": args, "name": name}
        return chunk({"tool_calls": [{"index": index, "function": function}]})

    came = fed(fragment(0, "", "f"), fragment(0, '{"a'), fragment(0, '":1}'), fragment(1, "{", "f"), fragment(1, "}"))
    calls = [one["choices"][0]["delta"]["tool_calls"][0] for one in came]
    assert [(call["index"], call["function"]["arguments"]) for call in calls] == [
        (0, ""),
        (0, '{"a":1}'),
        (1, "{"),
        (1, "}"),
    ]


def test_padding_and_dates_keep_nothing_apart() -> None:
    came = fed(
        says("a", created=1, obfuscation="xyz"), says("b", created=2, obfuscation="z"), says("c", obfuscation="")
    )
    assert texts(came) == ["abc"]


def test_reasoning_in_two_spellings_is_joined_in_both() -> None:
    deltas = [{"reasoning": text, "reasoning_details": [{"type": "reasoning.text", "text": text}]} for text in "ab"]
    (joined,) = fed(*map(chunk, deltas))
    delta = joined["choices"][0]["delta"]
    assert (delta["reasoning"], delta["reasoning_details"][0]["text"]) == ("ab", "ab")


def test_nothing_is_joined_beyond_the_stated_size() -> None:
    came = fed(*[says("x" * 1000)] * 20)
    assert "".join(texts(came)) == "x" * 20_000
    assert max(map(len, texts(came))) <= MAX_JOINED_CHARS + 1000


def test_an_escape_among_plain_words_is_read_as_json() -> None:
    words = ["a", "b", '"', "c\n", "\\", "é", "d", "\ud83d", "\ude00", "{", "e"]
    assert "".join(texts(fed(*map(says, words)))) == "".join(words)


def test_a_stranger_in_the_shape_of_its_neighbours_is_parsed() -> None:
    like = json.dumps(says("@"), separators=(",", ":"))
    strange = ['b","refusal":"no', 'b","content":"c', "b\\", "\t"]
    for text in strange:
        stranger = like.replace("@", text).encode()
        reader = ChunkReader()
        same = like.replace("@", "a").encode()
        data = b"".join(b"data: %b\n\n" % one for one in (same, same, stranger))
        came = reader.feed([Arrival(data, 1.0)])
        assert texts(came)[0].startswith("aa")
        try:
            expected = json.loads(stranger)
        except ValueError:
            assert reader.failure is not None
        else:
            assert "".join(texts(came)) == "aa" + expected["choices"][0]["delta"]["content"]


def test_chunks_that_are_never_alike_are_joined_all_the_same() -> None:
    lines = [json.dumps({"choices": says("a")["choices"], "created": number}).encode() for number in range(500)]
    assert texts(fed(*lines)) == ["a" * 500]
