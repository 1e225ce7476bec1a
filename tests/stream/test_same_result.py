"""A runnable gives under `watch` what it gives under `ainvoke`, whatever it is made of."""

import asyncio
import json
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from langchain_core.messages import BaseMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable, RunnableLambda, RunnableParallel, RunnablePassthrough
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import events as e
from mainstem import watch

from .chains import scripted, seen
from .graphs import Words, graph_of

HALF = [{"text": "Hal"}, {"error": "the line is dead"}]
ASKED = {"messages": [("user", "?")]}


def agent(*words: str) -> Runnable[Any, Any]:
    return RunnableLambda(lambda given: ASKED) | graph_of(Words(list(words)))


async def outcome(chain: Runnable[Any, Any]) -> Any:
    try:
        return bare(await chain.ainvoke("?"))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


async def watched(chain: Runnable[Any, Any]) -> Any:
    got = await seen(watch(chain, "?", modes=["values"]))
    if got.end.error:
        return f"{got.end.error.type}: {got.end.error.message}"
    return bare(got.of(e.Data)[-1].data)


def bare(value: Any) -> Any:
    """Without what is new each time: ids; and what says how the words came."""
    if isinstance(value, BaseMessage):
        value = value.model_dump()
    if isinstance(value, dict):
        if "content" in value and "type" in value:
            return value["content"]
        return {key: bare(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [bare(item) for item in value]
    return json.loads(json.dumps(value))


# as people write them


@pytest.mark.parametrize("last", [lambda s: s["messages"][-1].text, lambda s: s["messages"][-1]])
async def test_an_extractor_after_a_graph(last):
    run = watch(graph_of(Words(["Se", "ven."])) | last, ASKED)
    got = await seen(run)
    assert [event.text for event in got.of(e.MessageDelta)] == ["Se", "ven."]
    assert (got.end.status, (await run.result()).text) == ("done", "Seven.")


async def test_the_last_words_of_a_graph_that_no_model_streamed():
    tries = []

    async def speak(state):
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError("gone")
        return {"messages": [("ai", "Seven.")]}

    graph = StateGraph(MessagesState).add_node(speak).add_edge(START, "speak").compile()
    got = await seen(watch(graph.with_retry(wait_exponential_jitter=False), ASKED))
    assert [event.text for event in got.of(e.MessageDelta)] == ["Seven."]
    assert got.end.status == "done"


async def test_words_that_a_graph_did_not_add_are_not_told():
    graph = StateGraph(MessagesState).add_node("rest", lambda state: {}).add_edge(START, "rest").compile()
    got = await seen(watch(graph | RunnablePassthrough(), ASKED))
    assert got.of(e.MessageStarted) == []


async def test_a_model_that_is_tried_again_amid_its_words():
    run = watch(scripted(HALF, "Hello.").with_retry(wait_exponential_jitter=False), "?")
    got = await seen(run)
    assert [event.reason for event in got.of(e.MessageSuperseded)] == ["retry"]
    assert [event.attempt for event in got.of(e.MessageStarted)] == [1, 2]
    assert (got.said, (await run.result()).text, got.end.status) == (["Hello."], "Hello.", "done")


async def test_a_fallback_of_a_model_amid_its_words():
    run = watch(scripted(HALF).with_fallbacks([scripted("Hello.", model_name="other")]), "?")
    got = await seen(run)
    assert [event.reason for event in got.of(e.MessageSuperseded)] == ["fallback"]
    assert (got.said, (await run.result()).text, got.end.status) == (["Hello."], "Hello.", "done")


async def test_a_chain_that_is_tried_again_takes_back_what_it_said_whole():
    tries = []

    async def read(message):
        tries.append(message)
        if len(tries) == 1:
            raise ValueError("not JSON")
        return message.text

    chain = (scripted("Sven.", "Seven.") | RunnableLambda(read)).with_retry(wait_exponential_jitter=False)
    run = watch(chain, "?")
    got = await seen(run)
    assert (got.said, (await run.result()).text) == (["Seven."], "Seven.")


async def test_a_failed_model_whose_place_nobody_takes_is_taken_back():
    chain = scripted(HALF).with_fallbacks([RunnableLambda(lambda _: {"answer": None})])
    got = await seen(watch(chain, "?"))
    assert (got.said, got.end.status) == ([], "done")


async def test_a_parallel_of_graphs_and_the_branch_that_was_picked():
    both = RunnableParallel(one=agent("One."), two=agent("Two."))
    one = both | itemgetter("one") | (lambda s: s["messages"][-1].text)
    run = watch(one, "?")
    got = await seen(run)
    assert {"One.", "Two."} <= set(got.said)
    assert (await run.result()).text == "One."


# any composition


def _upper(value: Any) -> str:
    return json.dumps(bare(value), sort_keys=True).upper()


def _fail(value: Any) -> Any:
    raise ValueError("no ferry today")


def _lift(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"value": value}


def _model(words: list[str]) -> Any:
    return lambda: RunnableLambda(_upper) | Words(words)


def _flaky(words: list[str]) -> Any:
    return lambda: RunnableLambda(_upper) | scripted(HALF, "".join(words) or "?", "again", "and again")


word_lists = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=5),
                      min_size=1, max_size=3)  # fmt: skip
leaves = st.one_of(
    word_lists.map(_model),
    word_lists.map(_flaky),
    word_lists.map(lambda words: lambda: agent(*words)),
    word_lists.map(lambda words: lambda: agent(*words) | (lambda s: s["messages"][-1].text)),
    word_lists.map(lambda words: lambda: RunnableLambda(_upper) | Words(words) | StrOutputParser()),
    st.sampled_from([lambda: RunnableLambda(_upper), lambda: RunnableLambda(_fail), RunnablePassthrough]),
)


def _composed(parts: Any) -> Any:
    return st.one_of(
        st.builds(lambda a, b: lambda: a() | b(), parts, parts),
        st.builds(lambda a, b: lambda: RunnableParallel(left=a(), right=b()), parts, parts),
        st.builds(lambda a, b: lambda: RunnableParallel(left=a(), right=b()) | itemgetter("right"), parts, parts),
        st.builds(lambda a, b: lambda: a().with_fallbacks([b()]), parts, parts),
        st.builds(lambda a: lambda: a().with_retry(stop_after_attempt=2, wait_exponential_jitter=False), parts),
        st.builds(lambda a: lambda: RunnableLambda(_lift) | RunnablePassthrough.assign(more=a()), parts),
        st.builds(lambda a: lambda: RunnableLambda(_lift) | RunnablePassthrough.assign(more=a()).pick("more"), parts),
        st.builds(lambda a: lambda: a().with_config(run_name="named"), parts),
    )


@given(st.recursive(leaves, _composed, max_leaves=5))
@example(lambda: agent("Se", "ven.") | (lambda s: s["messages"][-1].text))
@example(lambda: _flaky(["Hello."])().with_retry(stop_after_attempt=2, wait_exponential_jitter=False))
@example(lambda: RunnableParallel(left=agent("One."), right=agent("Two.")) | itemgetter("left"))
def test_any_composition_gives_what_ainvoke_gives(make):
    async def go():
        return await outcome(make()), await watched(make())

    plain, shown = asyncio.run(go())
    assert shown == plain


@given(st.recursive(leaves, _composed, max_leaves=5))
def test_text_that_any_composition_gives_is_the_result(make):
    async def go():
        run = watch(make(), "?", modes=["values"])
        got = await seen(run)
        return got, await run.result()

    got, result = asyncio.run(go())
    output = None if got.end.error else got.of(e.Data)[-1].data
    if isinstance(output, str) and output:
        assert result.text == output
