"""Chains, models, retrievers and tools, watched; and the modes that a caller may add."""

import asyncio
import json
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import adispatch_custom_event, dispatch_custom_event
from langchain_core.messages import AnyMessage, HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import RunnableGenerator, RunnableLambda, RunnableParallel, RunnablePassthrough
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from pydantic import BaseModel

from mainstem import events as e
from mainstem import watch
from mainstem.stream.errors import SourceError
from mainstem.stream.sources import LocalGraph, source_of

from ..waiting import eventually
from .chains import PATIENCE, Shelf, Texts, prompt, scripted, seen
from .graphs import Words, graph_of

TOPIC = {"topic": "ferries"}
LONG = {"words": "One two three four five six seven eight nine ten.", "delay": 0.5}


async def until(run, kind, times=1):
    async with asyncio.timeout(PATIENCE):
        async for event in run.events():
            if isinstance(event, kind):
                times -= 1
            if times == 0:
                return


# chains


async def test_a_chain_shows_which_part_runs_and_what_its_model_says():
    run = watch(prompt | Words(["One ", "two"]) | StrOutputParser(), TOPIC)
    got = await seen(run)
    assert got.nodes == ["ChatPromptTemplate", "Words", "StrOutputParser"]
    assert [event.text for event in got.of(e.MessageDelta)] == ["One ", "two"]
    assert (got.end.status, (await run.result()).text) == ("done", "One two")
    assert all(event.seconds is not None for event in got.of(e.NodeFinished))
    assert got.events[0].graph == "RunnableSequence"


async def test_a_parallel_shows_its_branches():
    chain = RunnableParallel(joke=prompt | Words(["Ha"]), poem=prompt | Words(["O ", "sea"]) | StrOutputParser())
    got = await seen(watch(chain, TOPIC))
    around = "RunnableParallel<joke,poem>"
    assert sorted(got.nodes) == [
        around,
        f"{around}/joke/ChatPromptTemplate",
        f"{around}/joke/Words",
        f"{around}/poem/ChatPromptTemplate",
        f"{around}/poem/StrOutputParser",
        f"{around}/poem/Words",
    ]
    branches = {event.ns[-1]: event.message_id for event in got.of(e.MessageStarted)}
    assert set(branches) == {"joke", "poem"}
    text = [event.text for event in got.of(e.MessageDelta) if event.message_id == branches["poem"]]
    assert "".join(text) == "O sea"


async def test_plumbing_is_no_node_unless_it_is_named():
    chain = RunnablePassthrough.assign(size=len) | prompt
    around = "RunnableParallel<size>"
    assert (await seen(watch(chain, TOPIC))).nodes == [around, f"{around}/size/len", "ChatPromptTemplate"]
    named = (prompt | Words(["a"])).with_config(run_name="answer")
    assert (await seen(watch(named, TOPIC))).nodes == ["answer", "answer/ChatPromptTemplate", "answer/Words"]


async def test_what_a_lambda_calls_is_inside_of_it():
    async def ask(topic):
        return (await Words(["yes"]).ainvoke(topic)).text

    got = await seen(watch(RunnableLambda(ask), "?"))
    assert got.nodes == ["ask", "ask/Words"]
    assert got.said == ["yes"]


async def test_text_that_no_model_says_is_shown_as_it_comes():
    async def count(given):
        async for _ in given:
            for word in ("one ", "two ", "three"):
                yield word

    run = watch(RunnableGenerator(count), "?")
    got = await seen(run)
    assert [event.text for event in got.of(e.MessageDelta)] == ["one ", "two ", "three"]
    (end,) = got.of(e.MessageFinished)
    assert (end.finish_reason, end.complete) == ("returned", True)
    assert got.end.cost is not None  # nothing was bought
    assert (await run.result()).text == "one two three"


async def test_text_that_the_chain_changes_is_its_answer():
    async def louder(message):
        return message.text.upper()

    run = watch(Words(["a ", "b"]) | RunnableLambda(louder), "?")
    assert (await seen(run)).said == ["a b", "A B"]
    assert (await run.result()).text == "A B"


async def test_text_that_began_before_a_model_spoke_is_shown_whole_at_the_end():
    async def mixed(given):
        async for question in given:
            yield "Well: "
            yield (await Words(["yes"]).ainvoke(question)).text

    run = watch(RunnableGenerator(mixed), "?")
    got = await seen(run)
    assert got.said == ["Well: yes", "yes"] or got.said == ["yes", "Well: yes"]
    assert (await run.result()).text == "Well: yes"


async def test_answer_nodes_are_names_of_runnables():
    answer = Words(["Seven."]).with_config(run_name="answer")
    chain = RunnableParallel(note=Words(["Hm."]), answer=answer)
    run = watch(chain, "?", answer_nodes=["answer"])
    got = await seen(run, answer_nodes=["answer"])
    assert {event.node: event.answer for event in got.of(e.MessageStarted)} == {"Words": False, "answer": True}
    assert (await run.result()).text == "Seven."


async def test_a_model_tagged_nostream_is_a_node_without_words():
    hidden = scripted([{"usage": {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4}}, {"text": "secret"}])

    async def look(question):
        await hidden.with_config(tags=["nostream"]).ainvoke(question)
        return (await Words(["open"]).ainvoke(question)).text

    got = await seen(watch(RunnableLambda(look), "?"), secrets=["secret"])
    assert got.nodes == ["look", "look/ScriptedModel", "look/Words"]
    assert got.said == ["open"]
    assert got.end.usage["total_tokens"] == 4


async def test_custom_events_are_data():
    async def work(given):
        await adispatch_custom_event("step", {"n": 1})
        await asyncio.to_thread(dispatch_custom_event, "step", {"n": 2})
        await adispatch_custom_event("p", {"mainstem": {"type": "progress", "label": "work", "done": 1.0}})
        return given

    got = await seen(watch(RunnableLambda(work), "?"))
    assert [event.data for event in got.of(e.Data)] == [{"name": "step", "data": {"n": n}} for n in (1, 2)]
    assert {(event.mode, event.node) for event in got.of(e.Data)} == {("custom", "work")}
    assert got.of(e.Progress)[0].label == "work"


async def test_retrievers_and_tools():
    @tool
    def shout(text: str) -> str:
        """Shout."""
        if text == "no":
            raise ValueError("a sore throat")
        return text.upper()

    async def both(question):
        found = await Shelf().ainvoke(question)
        call = {"type": "tool_call", "id": "c1", "name": "shout", "args": {"text": found[0].page_content}}
        return (await shout.ainvoke(call)).text

    run = watch(RunnableLambda(both), "when?")
    got = await seen(run)
    assert got.nodes == ["both", "both/Shelf"]
    assert (got.of(e.ToolStarted)[0].tool_call_id, got.of(e.ToolFinished)[0].status) == ("c1", "ok")
    assert got.of(e.ToolFinished)[0].summary == "THE FERRY SAILS AT SEVEN."
    got = await seen(watch(shout, {"text": "hi"}, modes=["values"]))
    assert got.of(e.ToolStarted)[0].args == {"text": "hi"}
    assert got.of(e.Data)[0].data == "HI"
    got = await seen(watch(shout, {"text": "no"}))
    assert (got.of(e.ToolFinished)[0].status, got.end.status) == ("error", "failed")
    assert "sore throat" in got.of(e.ToolFinished)[0].summary
    got = await seen(watch(Shelf(), "nothing"))
    assert got.of(e.NodeFinished)[0].error.message == "an empty shelf"


async def test_a_graph_within_a_chain():
    chain = RunnableLambda(lambda question: {"messages": [("user", question)]}) | graph_of(Words(["yes"]))
    got = await seen(watch(chain, "?"))
    assert got.nodes == ["RunnableLambda", "LangGraph", "LangGraph/speak", "LangGraph/speak/Words"]
    assert got.said == ["yes"]


async def test_a_sync_chain_with_the_callbacks_of_a_manager():
    from langchain_core.callbacks import AsyncCallbackManager

    def plain(question):
        return Words(["yes"]).invoke(question).text

    run = watch(RunnableLambda(plain), "?", config={"callbacks": AsyncCallbackManager([])})
    assert (await seen(run)).nodes == ["plain", "plain/Words"]


# what goes wrong


async def fail(given):
    raise ValueError("no ferry today")


async def test_a_failure_is_told_where_it_happened():
    run = watch(prompt | Words(["a"]) | RunnableLambda(fail), TOPIC)
    got = await seen(run)
    errors = {event.node: event.error for event in got.of(e.NodeFinished)}
    assert errors["fail"].message == "no ferry today"
    assert errors["Words"] is None
    assert (got.end.status, got.end.error.type) == ("failed", "ValueError")


async def test_a_model_that_fails_amid_its_words_keeps_them():
    run = watch(prompt | scripted([{"text": "Hal"}, {"error": "the line is dead"}]), TOPIC)
    got = await seen(run)
    assert got.said == ["Hal"]
    assert not got.of(e.MessageFinished)[0].complete
    assert got.of(e.NodeFinished)[-1].error.message == "the line is dead"
    assert (await run.result()).text == "Hal"
    kinds = [event.type for event in got.events]
    assert kinds.index("message.delta") < kinds.index("message.finished") < kinds.index("run.finished")


async def test_a_failure_that_a_fallback_mends():
    chain = RunnableLambda(fail).with_fallbacks([RunnableLambda(lambda _: "fine")])
    got = await seen(watch(prompt | chain, TOPIC))
    failed = [path for path in got.of(e.NodeFinished) if path.error]
    assert [event.node for event in failed] == ["fail"]
    assert (got.end.status, got.said) == ("done", ["fine"])


@pytest.mark.parametrize(("name", "reason"), [("scripted", "retry"), ("other", "fallback")])
async def test_words_of_an_attempt_that_was_replaced_are_taken_back(name, reason):
    first = scripted([{"text": "Hal"}, {"error": "dead"}], model_name="scripted")
    second = scripted("Hello.", model_name=name)

    async def ask(question):
        return (await first.with_fallbacks([second]).ainvoke(question)).text

    run = watch(RunnableLambda(ask), "?")
    got = await seen(run)
    assert [event.reason for event in got.of(e.MessageSuperseded)] == [reason]
    assert [event.attempt for event in got.of(e.MessageStarted)] == [1, 2]
    assert (got.said, (await run.result()).text) == (["Hello."], "Hello.")


# stops


async def test_stop():
    ended = []

    async def ask(question):
        try:
            return (await scripted([LONG]).ainvoke(question)).text
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    run = watch(prompt | RunnableLambda(ask), TOPIC)
    await until(run, e.MessageDelta)
    async with asyncio.timeout(PATIENCE):
        result = await run.stop()
    assert (result.status, ended) == ("stopped", ["cancelled"])
    assert result.text
    got = await seen(run)
    assert not got.of(e.MessageFinished)[0].complete
    assert all(event.error is None for event in got.of(e.NodeFinished))


async def test_an_abandoned_chain_is_stopped_and_leaves_no_task():
    before = len(asyncio.all_tasks())
    run = watch(RunnableParallel(a=scripted([LONG]), b=scripted([LONG])), "?")
    async for event in run:
        if isinstance(event, e.MessageDelta):
            break
    async with asyncio.timeout(PATIENCE):
        assert (await run.result()).status == "stopped"
    await eventually(lambda: len(asyncio.all_tasks()) <= before)
    await seen(run)


@pytest.mark.parametrize("silence", ["at once", "amid its words"])
async def test_silent_branches_are_stopped_too(silence):
    before = len(asyncio.all_tasks())
    turn = [{"text": "Hm."}, {"sleep": 30}] if silence == "amid its words" else [{"sleep": 30}]
    model = scripted(turn, turn)
    run = watch(prompt | RunnableParallel(a=model, b=model | StrOutputParser()), TOPIC)
    if silence == "amid its words":
        await until(run, e.MessageDelta, times=2)
    else:
        await until(run, e.NodeStarted, times=4)  # the prompt, the parallel and the two models
    async with asyncio.timeout(PATIENCE):
        assert (await run.stop()).status == "stopped"
    assert len(asyncio.all_tasks()) == before
    await seen(run)


async def test_a_branch_ends_when_another_fails():
    before = len(asyncio.all_tasks())
    chain = RunnableParallel(a=scripted([{"text": "Hm."}, {"sleep": 30}]), b=RunnableLambda(fail))
    got = await seen(watch(chain, "?"))
    assert got.end.status == "failed"
    assert len(asyncio.all_tasks()) == before


async def test_stop_before_the_first_sign_and_after_the_end():
    assert (await watch(prompt | Words(["a"]), TOPIC).stop()).status == "stopped"
    run = watch(prompt | Words(["a"]), TOPIC)
    first = await run.result()
    assert await run.stop() == first
    assert first.status == "done"


# a model alone


async def test_a_chat_model_alone():
    usage = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    turn = [{"reasoning": "Hm."}, {"text": "Seven "}, {"text": "sharp."}, {"usage": usage}]
    run = watch(scripted(turn), [HumanMessage("When?")])
    got = await seen(run)
    (began,), (end,) = got.of(e.MessageStarted), got.of(e.MessageFinished)
    assert (began.node, began.model) == ("ScriptedModel", "scripted")
    assert (end.finish_reason, end.complete, end.usage["total_tokens"]) == ("stop", True, 5)
    assert end.ttft is not None
    assert [event.text for event in got.of(e.MessageReasoning)] == ["Hm."]
    result = await run.result()
    assert (result.text, result.status, result.usage["total_tokens"]) == ("Seven sharp.", "done", 5)


async def test_a_model_that_writes_a_call():
    got = await seen(watch(scripted([{"tool_call": {"name": "f", "args": {"x": 1}, "id": "c1"}}]), "?"))
    assert json.loads("".join(event.text for event in got.of(e.ToolArguments))) == {"x": 1}
    assert {(event.tool_call_id, event.name) for event in got.of(e.ToolArguments)} == {("c1", "f")}


@pytest.mark.parametrize("model", [Words(["Sev"], finish=None), Texts(words=["Sev"], finish=None)])
async def test_a_model_that_does_not_say_why_it_stopped_is_truncated(model):
    run = watch(model, "When?")
    got = await seen(run)
    assert (got.said, got.end.status) == (["Sev"], "truncated")
    assert not got.of(e.MessageFinished)[0].complete


async def test_a_model_that_does_not_stream():
    class Whole(Words):
        disable_streaming: Any = True

        async def _agenerate(self, *args, **kwargs):
            return self._generate()

    got = await seen(watch(Whole(["all ", "at once"]), "?"))
    assert got.said == ["all at once"]
    assert got.end.status == "truncated"  # this one says no reason


async def test_a_plain_language_model():
    run = watch(Texts(words=["One ", "two"]) | StrOutputParser(), "?")
    got = await seen(run)
    assert got.nodes == ["Texts", "StrOutputParser"]
    assert ((await run.result()).text, got.end.status) == ("One two", "done")


async def test_stop_of_a_model():
    run = watch(scripted([LONG]), "?")
    await until(run, e.MessageDelta)
    result = await run.stop()
    assert (result.status, bool(result.text)) == ("stopped", True)
    assert not (await seen(run)).of(e.MessageFinished)[0].complete


# what can be watched, and the modes to add


def test_graphs_keep_their_own_way():
    assert isinstance(source_of(graph_of(Words(["a"]))), LocalGraph)


async def test_a_runnable_has_neither_checkpoints_nor_a_context():
    with pytest.raises(SourceError, match="no 'debug' to show"):
        watch(prompt, TOPIC, modes=["debug"])
    got = await seen(watch(prompt, TOPIC, context={"user": 1}))
    assert (got.end.status, got.end.error.type) == ("failed", "SourceError")
    with pytest.raises(SourceError, match="cannot be watched"):
        watch(lambda x: x, TOPIC)


async def test_values_of_a_chain_are_its_output():
    chain = RunnableParallel(found=Shelf(), said=Words(["yes"]))
    (data,) = (await seen(watch(chain, "?", modes=["values"]))).of(e.Data)
    assert data.mode == "values"
    assert data.data["found"][0]["page_content"] == "The ferry sails at seven."
    assert data.data["said"]["content"] == "yes"


class Passenger(BaseModel):
    name: str
    bags: set[int] = set()


class Trip(BaseModel):
    passenger: Passenger
    messages: Annotated[list[AnyMessage], add_messages] = []


async def test_values_checkpoints_and_debug_of_a_graph_arrive_as_data():
    async def board(state: Trip) -> dict[str, Any]:
        said = await Words(["Aboard."]).ainvoke("?")
        return {"messages": [said], "passenger": Passenger(name=state.passenger.name.upper(), bags={1, 2})}

    graph = StateGraph(Trip).add_node("board", board).add_edge(START, "board").compile(InMemorySaver())
    run = watch(graph, {"passenger": {"name": "Ada"}}, modes=["values", "checkpoints", "debug"])
    got = await seen(run)
    data = {mode: [event.data for event in got.of(e.Data) if event.mode == mode] for mode in
            ("values", "checkpoints", "debug")}  # fmt: skip
    assert all(data.values())
    last = data["values"][-1]
    assert last["passenger"] == {"name": "ADA", "bags": [1, 2]}
    assert (last["messages"][0]["content"], last["messages"][0]["type"]) == ("Aboard.", "ai")
    kept = data["checkpoints"][-1]["values"]["messages"][0]
    assert kept["id"] == last["messages"][0]["id"] == got.of(e.MessageStarted)[0].message_id
    assert {part["type"] for part in data["debug"]} >= {"task", "task_result"}
    assert got.said == ["Aboard."]
    json.dumps([json.loads(line) for line in [e.encode(event) for event in got.events]])


# any chain


async def _echo(given):
    return given


async def _stray(given):
    await adispatch_custom_event("seen", 1)
    return given


def _parts(words):
    return st.one_of(
        st.builds(lambda said: Words(said), st.lists(words, min_size=1, max_size=4)),
        st.builds(lambda said: Texts(words=said), st.lists(words, min_size=1, max_size=4)),
        st.sampled_from([RunnableLambda(_echo), RunnableLambda(_stray), RunnablePassthrough(), RunnableLambda(fail)]),
    )


def text(value):
    if isinstance(value, dict):
        return " ".join(f"{key}: {text(value[key])}" for key in sorted(value))
    return str(getattr(value, "text", value)) or "?"


def _chains(parts):
    return st.one_of(
        st.builds(lambda a, b: a | RunnableLambda(text) | b, parts, parts),
        st.builds(lambda a, b: RunnableParallel(left=a, right=b) | RunnableLambda(text), parts, parts),
        st.builds(lambda a, b: a.with_fallbacks([b]), parts, parts),
        st.builds(lambda a: a.with_config(run_name="named"), parts),
    )


any_chain = st.recursive(_parts(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)), _chains, max_leaves=6)


@given(any_chain, st.one_of(st.none(), st.integers(0, 12)))
def test_any_chain_is_lawful_wherever_it_is_stopped(chain, stop_after):
    async def go():
        run = watch(chain, "?")
        if stop_after is not None:
            async for event in run.events():
                if event.seq > stop_after:
                    break
            await run.stop()
        got = await seen(run)
        assert got.end.status in ("done", "failed", "stopped", "truncated")  # invoked, `Texts` says no reason

    asyncio.run(go())
