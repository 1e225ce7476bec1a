"""The callback handler, for code that only takes `callbacks=[…]`."""

import asyncio
import threading
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain_core.callbacks import dispatch_custom_event
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import RunnableGenerator, RunnableLambda, RunnableParallel
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from mainstem import events as e
from mainstem import watch
from mainstem.stream.callbacks.handler import CallbackRun

from .chains import PATIENCE, Seen, Shelf, Texts, prompt, scripted, seen
from .graphs import Words
from .test_runnables import any_chain

TOPIC = {"topic": "ferries"}


def under(run, **more):
    return {"callbacks": [run], **more}


def test_a_chain_in_sync_code():
    run = CallbackRun(tags={"team": "ferries"})
    chain = prompt | scripted("Seven sharp.") | StrOutputParser()
    assert chain.invoke(TOPIC, under(run)) == "Seven sharp."
    got = Seen(run.events)
    assert got.nodes == ["ChatPromptTemplate", "ScriptedModel", "StrOutputParser"]
    assert (got.events[0].graph, got.events[0].tags) == ("RunnableSequence", {"team": "ferries"})
    assert len(got.of(e.MessageDelta)) == 2  # an invoked model streams
    assert (run.finished, run.result().text, run.result().status) == (True, "Seven sharp.", "done")
    assert {event.run_id for event in got.events} == {run.run_id}


async def test_a_chain_in_async_code():
    run = CallbackRun()
    await (prompt | Words(["One ", "two"])).ainvoke(TOPIC, under(run))
    got = Seen(run.events)
    assert [event.text for event in got.of(e.MessageDelta)] == ["One ", "two"]
    assert got.of(e.MessageFinished)[0].ttft >= 0


async def test_it_is_read_while_the_code_runs_in_a_thread():
    run = CallbackRun()
    told, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work(question):
        dispatch_custom_event("begun", question)
        loop.call_soon_threadsafe(told.set)
        assert go_on.wait(PATIENCE)
        return Words(["done"]).invoke(question).text

    async def read():
        return [event async for event in run]

    readers = [asyncio.create_task(read()) for _ in range(3)]
    working = asyncio.create_task(asyncio.to_thread(RunnableLambda(work).invoke, "?", under(run)))
    async with asyncio.timeout(PATIENCE):
        await told.wait()
        async for event in run:
            if isinstance(event, e.Data):
                break
        assert not run.finished
        go_on.set()
        await working
        for events in await asyncio.gather(*readers):
            assert events == run.events
    assert Seen(run.events).said == ["done"]


async def test_two_threads_one_run():
    run = CallbackRun()

    def branch(given):
        model = scripted([{"words": "one two three four five six", "delay": 0.002}])
        return model.invoke(given).text

    chain = RunnableParallel({f"b{n}": RunnableLambda(branch) for n in range(8)})
    async with asyncio.timeout(PATIENCE):
        result = await asyncio.to_thread(chain.invoke, "?", under(run))
    got = Seen(run.events)
    assert got.said == list(result.values())
    assert {event.ns[-2] for event in got.of(e.MessageStarted)} == {f"b{n}" for n in range(8)}


def test_streamed_text_that_no_model_says():
    def count(given):
        for _ in given:
            yield from ("one ", "two")

    run = CallbackRun()
    assert list(RunnableGenerator(count).stream("?", under(run))) == ["one ", "two"]
    got = Seen(run.events)
    assert [event.text for event in got.of(e.MessageDelta)] == ["one ", "two"]
    assert got.of(e.MessageFinished)[0].finish_reason == "returned"


def test_a_model_alone_and_a_plain_one():
    usage = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    run = CallbackRun()
    scripted([{"text": "Seven."}, {"usage": usage}]).invoke("When?", under(run))
    got = Seen(run.events)
    assert (got.end.usage["total_tokens"], got.of(e.MessageFinished)[0].finish_reason) == (5, "stop")
    run = CallbackRun()
    Texts(words=["Seven."]).invoke("When?", under(run))
    got = Seen(run.events)
    assert (got.nodes, got.said, got.end.status) == (["Texts"], ["Seven."], "truncated")  # it was not streamed
    run = CallbackRun()
    scripted([{"text": "Sev"}, {"end": True}]).invoke("When?", under(run))
    assert (Seen(run.events).said, run.result().status) == (["Sev"], "truncated")


def test_a_stream_that_is_left_is_not_complete():
    run = CallbackRun()
    for _ in scripted([{"words": "one two three"}]).stream("?", under(run)):
        break
    got = Seen(run.events)
    assert not got.of(e.MessageFinished)[0].complete
    assert run.result().status in ("truncated", "stopped")


def test_tools_retrievers_and_custom_events():
    @tool
    def shout(text: str) -> str:
        """Shout."""
        dispatch_custom_event("breath", {"deep": True})
        if text == "no":
            raise ValueError("a sore throat")
        return text.upper()

    def work(question):
        found = Shelf().invoke(question)
        shout.invoke({"type": "tool_call", "id": "c1", "name": "shout", "args": {"text": found[0].page_content}})
        try:
            Shelf().invoke("nothing")
        except LookupError:
            shout.invoke({"text": "no"})

    run = CallbackRun()
    with pytest.raises(ValueError, match="sore throat"):
        RunnableLambda(work).invoke("?", under(run))
    got = Seen(run.events)
    assert got.nodes == ["work", "work/Shelf", "work/Shelf"]
    first, second = got.of(e.ToolFinished)
    assert (first.tool_call_id, first.status, first.summary) == ("c1", "ok", "THE FERRY SAILS AT SEVEN.")
    assert (second.status, second.summary) == ("error", "a sore throat")
    assert got.of(e.Data)[0].data == {"name": "breath", "data": {"deep": True}}
    errors = [event.error.message for event in got.of(e.NodeFinished) if event.error]
    assert errors == ["an empty shelf", "a sore throat"]
    assert (got.end.status, got.end.error.message) == ("failed", "a sore throat")


async def test_a_replaced_attempt_and_a_cancelled_run():
    run = CallbackRun()
    chain = scripted([{"text": "Hal"}, {"error": "dead"}]).with_fallbacks([scripted("Hello.", model_name="other")])
    await (prompt | RunnableLambda(chain.ainvoke)).ainvoke(TOPIC, under(run))
    got = Seen(run.events)
    assert [event.reason for event in got.of(e.MessageSuperseded)] == ["fallback"]
    assert run.result().text == "Hello."
    run = CallbackRun()
    slow = prompt | scripted([{"words": "one two three", "delay": 0.05}, {"sleep": 30}])
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(slow.ainvoke(TOPIC, under(run)), 0.3)
    got = Seen(run.events)
    assert (got.end.status, bool(run.result().text)) == ("stopped", True)


async def test_an_agent():
    @tool
    async def near(city: str) -> str:
        """Whether it is near."""
        return f"{city} is near."

    call = {"tool_call": {"name": "near", "args": {"city": "Oslo"}, "id": "c1"}}
    run = CallbackRun()
    agent = create_agent(scripted([call], "It is near."), [near])
    await agent.ainvoke({"messages": [("user", "Is Oslo near?")]}, under(run))
    got = Seen(run.events)
    assert [event.tool_call_id for event in got.of(e.ToolStarted)] == ["c1"]
    assert got.of(e.ToolArguments)[0].tool_call_id == "c1"
    assert (run.result().text, run.result().status) == ("It is near.", "done")


async def test_a_graph_that_asks():
    async def ask(state: MessagesState):
        return {"messages": [("ai", interrupt("May I?"))]}

    graph = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile(InMemorySaver())
    run = CallbackRun()
    await graph.ainvoke({"messages": []}, under(run, configurable={"thread_id": "t"}))
    got = Seen(run.events)
    assert [event.request for event in got.of(e.Interrupt)] == ["May I?"]
    assert got.end.status == "interrupted"
    assert not [event for event in got.of(e.NodeFinished) if event.error]


def test_a_block_is_one_run():
    with CallbackRun(name="two questions") as run:
        Words(["a"]).invoke("?", under(run))
        with pytest.raises(ValueError, match="no"):
            RunnableLambda(fail_now).invoke("?", under(run))
        Words(["b"]).invoke("?", under(run))
        assert not run.finished
        with pytest.raises(ValueError, match="not ended"):
            run.result()
    got = Seen(run.events)
    assert (got.events[0].graph, got.said, got.end.status) == ("two questions", ["a", "b"], "truncated")
    with pytest.raises(KeyError), CallbackRun() as run:
        raise KeyError("x")
    assert Seen(run.events).end.status == "failed"


def fail_now(given):
    raise ValueError("no")


def test_one_handler_records_one_run():
    run = CallbackRun()
    chain = prompt | scripted("a", "b")
    chain.invoke(TOPIC, under(run))
    before = run.events
    with pytest.warns(UserWarning, match="one run"):
        chain.invoke(TOPIC, under(run))
    assert run.events == before


async def test_what_is_called_back_within_a_run_that_it_did_not_see_begin():
    run = CallbackRun(answer_nodes=["Words"])

    async def inner(question):
        return await (prompt | Words(["yes"])).ainvoke({"topic": question}, under(run))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await (prompt | RunnableLambda(inner)).ainvoke(TOPIC)
    got = Seen(run.events, answer_nodes=["Words"])
    assert got.nodes == ["ChatPromptTemplate", "Words"]
    assert got.of(e.MessageStarted)[0].answer is True


def test_later_changes_do_not_reach_what_was_told():
    @tool
    def keep(items: list[int]) -> str:
        """Keep."""
        items.append(99)
        return "kept"

    run = CallbackRun()
    keep.invoke({"items": [1]}, under(run))
    assert Seen(run.events).of(e.ToolStarted)[0].args == {"items": [1]}


@given(any_chain, st.booleans())
def test_any_chain_says_the_same_to_the_handler_and_to_watch(chain, streamed):
    async def go():
        run = CallbackRun()
        try:
            if streamed:
                async for _ in chain.astream("?", under(run)):
                    pass
            else:
                await chain.ainvoke("?", under(run))
        except ValueError:
            pass
        return Seen(run.events), await seen(watch(chain, "?"))

    got, watched = asyncio.run(go())
    assert got.end.status in ("done", "failed", "truncated")
    # How far a branch comes before another fails is a matter of chance.
    if not streamed and not any(event.error for event in watched.of(e.NodeFinished)):
        assert sorted(got.said) == sorted(watched.said)
        nodes = [sorted(event.node for event in told.of(e.NodeFinished)) for told in (got, watched)]
        assert nodes[0] == nodes[1]
        assert got.end.error == watched.end.error
