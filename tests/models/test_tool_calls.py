"""Fragments of tool calls, as providers send them, become the calls that were meant."""

import json
from functools import reduce
from operator import add
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk

from mainstem.models.openai.tool_calls import ToolCallSorter, doubtful_calls


def part(index: Any = None, given: str | None = None, name: str | None = None, args: Any = None) -> dict[str, Any]:
    return {"index": index, "id": given, "function": {"name": name, "arguments": args}}


def meant(*fragments: dict[str, Any]) -> AIMessageChunk:
    """What LangChain makes of the fragments, each in a chunk of its own."""
    calls = ToolCallSorter()
    chunks = [AIMessageChunk(content="", tool_call_chunks=calls.add([fragment])) for fragment in fragments]
    last = AIMessageChunk(
        content="",
        tool_call_chunks=calls.rest(),
        additional_kwargs={"doubtful_tool_calls": calls.doubtful()},
        chunk_position="last",
    )
    return reduce(add, [*chunks, last])


def told(message: AIMessageChunk) -> list[tuple[str, Any]]:
    return [(call["name"], call["args"]) for call in message.tool_calls]


A, B = '{"q": "a"}', '{"q": "b"}'
TWO = [("f", {"q": "a"}), ("f", {"q": "b"})]


@pytest.mark.parametrize(
    "fragments",
    [
        pytest.param([part(0, "1", "f", A), part(1, "2", "f", B)], id="as OpenAI does"),
        pytest.param([part(0, "1", "f", A), part(0, "2", "f", B)], id="one index"),
        pytest.param([part(0, "1", "f", A), part(0, "1", "f", B)], id="one index and one id"),
        pytest.param([part(None, "1", "f", A), part(None, "2", "f", B)], id="no index"),
        pytest.param([part(0, None, "f", A), part(1, None, "f", B)], id="no id"),
        pytest.param([part(0, None, "f", A), part(0, None, "f", B)], id="one index, no id"),
        pytest.param([part(None, None, "f", A), part(None, None, "f", B)], id="neither"),
        pytest.param(
            [part(0, "1", "f"), part(0, "2", "f"), part(0, "1", None, A), part(0, "2", None, B)],
            id="one index, ids on every fragment, mixed",
        ),
        pytest.param(
            [part(0, "1", "f", A[:3]), part(0, "x", None, A[3:]), part(1, "2", "f", B[:4]), part(1, "y", "", B[4:])],
            id="a new id on every fragment",
        ),
        pytest.param(
            [part(0, "1", "f", A[:3]), part(0, "1", "f", A[3:]), part(1, "2", "f", B)],
            id="the name on every fragment",
        ),
        pytest.param([part(0, "1", "f", {"q": "a"}), part(1, "2", "f", {"q": "b"})], id="arguments as an object"),
        pytest.param([part(0, "", "f", A), part(1, "", "f", B)], id="empty ids"),
    ],
)
def test_two_calls_stay_two(fragments: list[dict[str, Any]]) -> None:
    message = meant(*fragments)
    assert told(message) == TWO
    assert len({call["id"] for call in message.tool_calls if call["id"]}) == 2
    assert doubtful_calls(message) == {}


def test_arguments_cut_off_are_doubtful() -> None:
    message = meant(part(0, "1", "f", '{"path": "/tmp/x", "mode": "del'))
    assert doubtful_calls(message) == {"1": '{"path": "/tmp/x", "mode": "del'}


def test_tails_that_may_belong_to_another_call_make_both_doubtful() -> None:
    message = meant(part(0, "1", "f", ""), part(0, "2", "f", ""), part(0, None, None, A), part(0, None, None, B))
    assert set(doubtful_calls(message)) == {"1", "2"}


def test_no_arguments_are_no_doubt() -> None:
    message = meant(part(0, "1", "now", ""))
    assert told(message) == [("now", {})]
    assert doubtful_calls(message) == {}


def test_langchains_own_invalid_calls_are_doubtful_too() -> None:
    call = {"name": "f", "args": "{", "id": "9", "error": None, "type": "invalid_tool_call"}
    assert doubtful_calls(AIMessage("", invalid_tool_calls=[call])) == {"9": "{"}


@given(
    st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=6), max_size=3), min_size=1, max_size=4), st.data()
)
def test_however_it_is_cut_each_call_keeps_its_arguments(given_args: list[dict[str, str]], data: st.DataObject) -> None:
    shared = data.draw(st.booleans())
    fragments = []
    for number, args in enumerate(given_args):
        index, text = 0 if shared else number, json.dumps(args)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
        pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        fragments += [part(index, f"id{number}", "f", ""), *(part(index, None, None, piece) for piece in pieces)]
    message = meant(*fragments)
    assert told(message) == [("f", args) for args in given_args]
    assert [call["id"] for call in message.tool_calls] == [f"id{n}" for n in range(len(given_args))]


@given(
    st.lists(
        st.builds(
            part,
            st.sampled_from([None, 0, 1]),
            st.sampled_from([None, "", "a", "b"]),
            st.sampled_from([None, "f", "g"]),
            st.sampled_from([None, "", "{", "}", A]),
        )
    )
)
def test_nothing_that_a_provider_sends_breaks_it(fragments: list[dict[str, Any]]) -> None:
    message = meant(*fragments) if fragments else None
    if message:
        doubtful = doubtful_calls(message)
        sent = {chunk["id"]: chunk["args"] for chunk in message.tool_call_chunks}
        assert len(sent) == len(message.tool_call_chunks)
        for call in message.tool_calls:
            assert call["id"] in doubtful or json.loads(sent[call["id"]] or "{}") == call["args"]
