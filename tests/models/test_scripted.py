"""The scripted model: streamed or not, it says the same."""

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk, HumanMessage

from mainstem.models.errors import ScriptedError, ScriptError
from mainstem.models.openai.tool_calls import doubtful_calls
from mainstem.models.scripted.model import ScriptedModel

CALL = {"tool_call": {"name": "calculate", "args": {"expression": "1 + 2 + 3 + 4 + 5 + 6"}, "id": "call_1"}}
USAGE = {"usage": {"input_tokens": 3, "output_tokens": 4}}


def merged(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    first, *rest = chunks
    return first + rest


async def test_each_step_is_a_chunk_of_its_own() -> None:
    model = ScriptedModel(turns=[[{"text": "a b"}, {"words": "c d"}, {"reasoning": "hm"}, USAGE]])
    chunks = [chunk async for chunk in model.astream("x")]
    assert [chunk.text for chunk in chunks] == ["a b", "c ", "d", "", ""]
    assert chunks[3].additional_kwargs == {"reasoning_content": "hm"}
    assert chunks[-1].usage_metadata == {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    assert chunks[-1].response_metadata == {
        "finish_reason": "stop",
        "model_name": "scripted",
        "model_provider": "mainstem",
    }


async def test_tool_calls_stream_in_pieces_and_merge() -> None:
    model = ScriptedModel(turns=[[CALL, {"tool_call": {"name": "other"}}]])
    chunks = [chunk async for chunk in model.astream("x")]
    assert len(chunks) > 5
    message = merged(chunks)
    assert message.tool_calls[0] == {**CALL["tool_call"], "type": "tool_call"}
    assert message.tool_calls[1]["name"] == "other"
    assert message.tool_calls[1]["id"]
    assert message.response_metadata["finish_reason"] == "tool_calls"


STEPS = st.lists(
    st.one_of(
        st.builds(lambda text: {"text": text}, st.text(max_size=8)),
        st.builds(lambda text: {"words": text}, st.text(max_size=20)),
        st.builds(lambda text: {"reasoning": text}, st.text(max_size=8)),
        st.just(USAGE),
        st.just(CALL),
    ),
    max_size=6,
)


@given(STEPS, st.sampled_from([{"finish": "length"}, {"end": True}, {"sleep": 0}]))
def test_streamed_and_whole_are_the_same_message(steps: list[Any], last: Any) -> None:
    turn = [{"id": "m1"}, *steps, last]
    model = ScriptedModel(turns=[turn, turn, turn, turn])

    async def both() -> list[Any]:
        return [merged([chunk async for chunk in model.astream("x")]), await model.ainvoke("x")]

    messages = [merged(list(model.stream("x"))), model.invoke("x"), *asyncio.run(both())]
    seen = [(m.text, m.tool_calls, m.usage_metadata, m.response_metadata, m.additional_kwargs, m.id) for m in messages]
    assert seen.count(seen[0]) == 4
    words = "".join(step.get("text", step.get("words", "")) for step in steps)
    assert seen[0][0] == words


def test_an_early_end_has_no_finish_reason() -> None:
    assert "finish_reason" not in ScriptedModel(turns=[[{"text": "a"}, {"end": True}]]).invoke("x").response_metadata


async def test_a_fault_comes_after_what_was_said() -> None:
    model = ScriptedModel(turns=[[{"text": "a"}, {"error": "boom", "retryable": True, "retry_after": 2}]])
    stream = model.astream("x")
    assert (await anext(stream)).text == "a"
    with pytest.raises(ScriptedError, match="boom") as caught:
        await anext(stream)
    assert caught.value.retryable
    assert caught.value.retry_after == 2


async def test_delays_are_kept() -> None:
    model = ScriptedModel(turns=[[{"words": "a b c", "delay": 0.03}, {"sleep": 0.03}]])
    start = time.monotonic()
    await model.ainvoke("x")
    assert time.monotonic() - start > 0.11


def test_turns_are_played_in_order_and_by_what_was_said() -> None:
    model = ScriptedModel(turns=["one", {"when": "weather", "steps": [{"text": "rain"}]}, "two"])
    assert [model.invoke(text).text for text in ("x", "y", "the Weather?")] == ["one", "two", "rain"]
    with pytest.raises(ScriptError, match=r"no turn is left for this call \(3 of 3 played\)"):
        model.invoke("x")
    model.restart()
    assert model.invoke("weather").text == "one"


def test_a_repeated_script_starts_over_even_when_a_turn_never_fits() -> None:
    model = ScriptedModel(turns=["one", {"when": "never", "steps": []}], repeat=True)
    assert [model.invoke("x").text for _ in range(3)] == ["one"] * 3


def test_it_keeps_what_it_was_asked_and_given() -> None:
    def tool(question: str) -> str:
        """A tool."""
        return question

    model = ScriptedModel(turns=["a", "b"])
    model.bind_tools([tool]).invoke([HumanMessage("hello")])
    assert [[m.text for m in call] for call in model.calls] == [["hello"]]
    assert model.tools[0]["function"]["name"] == "tool"


def test_a_turn_is_dealt_once_across_threads() -> None:
    model = ScriptedModel(turns=[f"turn {n}" for n in range(40)])

    async def all_at_once() -> list[str]:
        return await asyncio.gather(*(asyncio.to_thread(lambda: model.invoke("x").text) for _ in range(40)))

    assert len(set(asyncio.run(all_at_once()))) == 40


@pytest.mark.parametrize(("args", "doubtful"), [('{"a": 1}', {}), ("", {}), ('{"a": ', {"c": '{"a": '})])
def test_raw_fragments_that_are_no_json_are_marked(args: str, doubtful: dict[str, str]) -> None:
    fragment = {"tool_chunk": {"index": 0, "id": "c", "name": "f", "args": args}}
    assert doubtful_calls(ScriptedModel(turns=[[fragment]]).invoke("x")) == doubtful
