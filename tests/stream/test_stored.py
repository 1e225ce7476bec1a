"""However a node returns a model's words: what a graph stored and nobody streamed is told once, whole."""

import asyncio
import operator
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, RemoveMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import CachePolicy, Command, Overwrite, Send, interrupt
from pydantic import BaseModel

from mainstem import events as e
from mainstem import watch
from mainstem.models.scripted.model import ScriptedModel
from mainstem.stream.transcript import Transcript
from mainstem.stream.translate import RunState, translate_part
from tests.watched import watched

SAID = "It left on Monday."
ASK = {"messages": [("user", "Where is my parcel?")]}


def model(*turns):
    return ScriptedModel(turns=list(turns) or [SAID])


class Listed(TypedDict):
    messages: Annotated[list, operator.add]


class Typed(BaseModel):
    messages: Annotated[list, add_messages] = []
    answer: Any = None


@dataclass
class Plain:
    messages: Annotated[list, add_messages] = field(default_factory=list)


def one(node, state=MessagesState, saver=None, name="reply", **more):
    builder = StateGraph(state).add_node(name, node, **more).add_edge(START, name)
    return builder.compile(checkpointer=saver, cache=InMemoryCache())


async def words(run):
    return [event.text async for event in run if isinstance(event, e.MessageDelta)]


# how a node returns it

FORMS = {
    "pair": lambda: {"messages": [("ai", SAID)]},
    "assistant pair": lambda: {"messages": [("assistant", SAID)]},
    "pair alone": lambda: {"messages": ("ai", SAID)},
    "dict": lambda: {"messages": [{"role": "assistant", "content": SAID}]},
    "dict alone": lambda: {"messages": {"role": "assistant", "content": SAID}},
    "dict with an id": lambda: {"messages": [{"role": "ai", "content": SAID, "id": "m1"}]},
    "typed dict": lambda: {"messages": [{"type": "ai", "content": SAID}]},
    "blocks": lambda: {"messages": [{"role": "assistant", "content": [{"type": "text", "text": SAID}]}]},
    "message": lambda: {"messages": [AIMessage(SAID)]},
    "message alone": lambda: {"messages": AIMessage(SAID)},
    "message with an id": lambda: {"messages": [AIMessage(SAID, id="m1")]},
    "chunk": lambda: {"messages": [AIMessageChunk(SAID)]},
    "overwrite": lambda: {"messages": Overwrite([HumanMessage("?"), AIMessage(SAID)])},
    "command": lambda: Command(update={"messages": [("ai", SAID)]}),
    "commands": lambda: [Command(update={"messages": [("ai", SAID)]})],
    "pairs of a command": lambda: Command(update=[("messages", [("ai", SAID)])]),
    "among others": lambda: {"messages": [("user", "hm"), ("ai", SAID), ToolMessage("no", tool_call_id="t")]},
}


def inside(node, saver):
    return one(one(node), saver=saver, name="outer")


def called(node, saver):
    inner = one(node)

    async def outer(state: MessagesState):
        return {"messages": (await inner.ainvoke(state))["messages"]}

    return one(outer, saver=saver, name="outer")


SHAPES = {"graph": lambda node, saver: one(node, saver=saver), "subgraph": inside, "called": called}


@pytest.mark.parametrize("saved", [True, False], ids=["saved", "unsaved"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("form", FORMS)
async def test_it_is_told_once(form, shape, saved):
    def reply(state: MessagesState):
        return FORMS[form]()

    graph = SHAPES[shape](reply, InMemorySaver() if saved else None)
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown() == [SAID]
    assert (seen.result.text, seen.end.status) == (SAID, "done")
    assert [event.answer for event in seen.of(e.MessageStarted)] == [None]
    if saved and form != "overwrite":  # which keeps it without an id
        stored = {message.id for message in seen.messages if message.type == "ai"}
        assert {event.message_id for event in seen.of(e.MessageStarted)} == stored


# A cache keeps a pair as a list: LangGraph then takes a pair alone for two questions.
@pytest.mark.parametrize("form", [form for form in FORMS if form != "pair alone"])
async def test_from_a_cache(form):
    def reply(state: MessagesState):
        return FORMS[form]()

    graph = one(reply, saver=InMemorySaver(), cache_policy=CachePolicy(key_func=lambda _: "same"))
    for _ in range(2):
        seen = await watched(watch(graph, ASK), graph)
        assert seen.shown() == [SAID]
        assert seen.result.text == SAID


async def test_a_streamed_message_from_a_cache_costs_nothing_again():
    async def reply(state: MessagesState):
        said = await model([{"words": SAID}, {"usage": {"input_tokens": 3, "output_tokens": 4}}]).ainvoke("?")
        return {"messages": [said]}

    graph = one(reply, cache_policy=CachePolicy(key_func=lambda _: "same"))
    first, again = [await watched(watch(graph, ASK)) for _ in range(2)]
    assert (first.shown(), again.shown()) == ([SAID], [SAID])
    assert (first.end.usage["total_tokens"], again.end.usage) == (7, None)


@pytest.mark.parametrize("state", [Listed, Typed, Plain])
async def test_other_kinds_of_state(state):
    def reply(given):
        return {"messages": [{"role": "assistant", "content": SAID}]}

    graph = one(reply, state, saver=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert (seen.shown(), seen.result.text) == ([SAID], SAID)


@pytest.mark.parametrize("state", [Typed, Plain])
async def test_a_node_that_returns_its_state(state):
    graph = one(lambda given: state(messages=[("ai", SAID)]), state, saver=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert (seen.shown(), seen.result.text) == ([SAID], SAID)


async def test_an_output_schema_that_no_first_state_fits():
    class Out(BaseModel):
        answer: Any

    builder = StateGraph(Typed, output_schema=Out).add_node("reply", lambda _: {"answer": AIMessage(SAID, id="a")})
    seen = await watched(watch(builder.add_edge(START, "reply").compile(), ASK))
    assert (seen.end.status, seen.shown()) == ("done", [SAID])


async def test_another_key():
    graph = one(lambda _: {"answer": {"role": "assistant", "content": SAID}}, Typed)
    seen = await watched(watch(graph, ASK))
    assert (seen.shown(), seen.result.text) == ([SAID], SAID)


async def test_the_functional_api():
    @entrypoint()
    async def flow(question: str) -> dict[str, Any]:
        return {"messages": [{"role": "assistant", "content": SAID}]}

    assert (await watched(watch(flow, "Where?"))).shown() == [SAID]


async def test_a_command_to_the_parent():
    def reply(state: MessagesState) -> Command:
        return Command(graph=Command.PARENT, update={"messages": [("ai", SAID)]}, goto=END)

    graph = one(one(reply), saver=InMemorySaver(), name="outer")
    seen = await watched(watch(graph, ASK), graph)
    assert (seen.shown(), seen.result.text) == ([SAID], SAID)
    assert seen.held(3)


async def test_a_tool_that_answers_in_the_models_place():
    @tool(return_direct=True)
    def where(parcel: str) -> str:
        """Where a parcel is."""
        return SAID

    turn = [{"tool_call": {"name": "where", "args": {"parcel": "1"}, "id": "c1"}}]
    graph = create_agent(model(turn), [where], checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert (seen.result.text, seen.end.status) == (SAID, "done")


# what is no news


@pytest.mark.parametrize(
    "said",
    [
        [("user", "hm")],
        [HumanMessage("hm")],
        [{"role": "user", "content": "hm"}],
        [("system", "hm")],
        [ToolMessage("hm", tool_call_id="t")],
        [{"role": "tool", "content": "hm", "tool_call_id": "t"}],
        "hm",
    ],
)
async def test_people_and_tools_are_no_models(said):
    seen = await watched(watch(one(lambda _: {"messages": said}), ASK))
    assert not seen.of(e.MessageStarted, e.MessageDelta)
    assert seen.result.text == ""


async def test_what_a_client_brings_is_not_told():
    brought = {"messages": [("user", "a"), {"role": "assistant", "content": "Old."}, ("ai", "Older."), ("user", "b")]}
    graph = one(lambda _: {"messages": [("ai", SAID)]}, saver=InMemorySaver())
    seen = await watched(watch(graph, brought), graph)
    assert seen.shown() == [SAID]


@pytest.mark.parametrize("given", [{}, {"messages": []}, ASK])
async def test_what_stands_in_the_thread_is_not_told(given):
    graph = one(lambda state: {"messages": [*state["messages"], ("ai", SAID)]}, saver=InMemorySaver())
    config = {"configurable": {"thread_id": "t"}}
    old = [HumanMessage("a", id="h"), AIMessage("Old.", id="old")]
    await graph.aupdate_state(config, {"messages": old}, as_node="reply")
    seen = await watched(watch(graph, given, config=config), graph)
    assert seen.shown() == [SAID]


async def test_equal_words_are_said_as_often_as_they_are_stored():
    graph = one(lambda _: {"messages": [("ai", "Yes."), {"role": "assistant", "content": "Yes."}]}, Listed)
    assert await words(watch(graph, {"messages": []})) == ["Yes.", "Yes."]


async def test_two_branches_with_equal_words():
    def fan(state: MessagesState) -> list[Send]:
        return [Send("branch", {"n": 1}), Send("branch", {"n": 2})]

    builder = StateGraph(MessagesState).add_node("branch", lambda _: {"messages": [("ai", "Yes.")]})
    graph = builder.add_conditional_edges(START, fan, ["branch"]).compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown() == ["Yes.", "Yes."]
    assert len({event.task_id for event in seen.of(e.MessageStarted)}) == 2


async def test_a_model_that_says_the_same_again_in_one_task():
    said = model("Yes.")

    async def reply(state: MessagesState):
        return {"messages": [await said.ainvoke("?"), AIMessage("Yes.")]}

    graph = one(reply, saver=InMemorySaver())
    assert await words(watch(graph, ASK)) == ["Yes.", "Yes."]


# what was streamed, and what became of it


@pytest.mark.parametrize("made", [AIMessage, lambda text: ("ai", text), lambda text: {"role": "ai", "content": text}])
async def test_a_rebuilt_copy_is_not_told_again(made):
    async def reply(state: MessagesState):
        return {"messages": [made((await model().ainvoke("?")).text)]}

    graph = one(reply, saver=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown() == [SAID]
    assert not seen.of(e.MessageSuperseded)


@pytest.mark.parametrize("made", [AIMessage, lambda text: ("ai", text), lambda text: {"role": "ai", "content": text}])
async def test_a_copy_out_of_a_graph_that_the_node_ran(made):
    async def think(state: MessagesState):
        return {"messages": [await model().ainvoke("?")]}

    inner = one(think)

    async def reply(state: MessagesState):
        return {"messages": [made((await inner.ainvoke(state))["messages"][-1].text)]}

    graph = one(reply, saver=InMemorySaver())
    assert (await watched(watch(graph, ASK), graph)).shown() == [SAID]
    told = await watched(watch(graph, ASK, answer_nodes=["reply"]), graph, answer_nodes=["reply"])
    assert told.result.text == SAID


@pytest.mark.parametrize("made", [AIMessage, lambda text: ("ai", text), lambda text: {"role": "ai", "content": text}])
async def test_a_stored_message_that_replaces_streamed_words(made):
    async def reply(state: MessagesState):
        return {"messages": [made((await model("A draft.").ainvoke("?")).text.replace("A draft.", SAID))]}

    graph = one(reply, saver=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown() == [SAID]
    assert [event.reason for event in seen.of(e.MessageSuperseded)] == ["repair"]
    assert seen.held(3)


async def test_a_draft_that_a_judge_in_the_same_node_replaced():
    async def reply(state: MessagesState):
        await model("A draft.").ainvoke("?")
        return {"messages": [await model().ainvoke("?")]}

    graph = one(reply, saver=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown() == [SAID]


@pytest.mark.parametrize("new", [("ai", SAID), AIMessage(SAID), None])
async def test_a_draft_that_a_later_node_took_out(new):
    async def draft(state: MessagesState):
        return {"messages": [await model("A draft.").ainvoke("?")]}

    def judge(state: MessagesState):
        return {"messages": [RemoveMessage(state["messages"][-1].id), *([new] if new else [])]}

    builder = StateGraph(MessagesState).add_sequence([draft, judge]).add_edge(START, "draft")
    graph = builder.compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown() == ([SAID] if new else [])
    assert seen.result.text == (SAID if new else "")


async def test_older_turns_that_are_folded_are_not_taken_back():
    async def reply(state: MessagesState):
        return {"messages": [await model().ainvoke("?")]}

    def transcript(state: MessagesState):
        return {"messages": [RemoveMessage(message.id) for message in state["messages"]]}

    builder = StateGraph(MessagesState).add_sequence([reply, transcript]).add_edge(START, "reply")
    seen = await watched(watch(builder.compile(), ASK))
    assert seen.result.text == SAID
    assert not seen.of(e.MessageSuperseded)


async def test_a_reducer_that_changes_the_words():
    def hide(left, right):
        return add_messages(left, [AIMessage("***", id=m.id) if m.type == "ai" else m for m in add_messages([], right)])

    class Hidden(TypedDict):
        messages: Annotated[list, hide]

    async def reply(state: Hidden):
        return {"messages": [await model().ainvoke("?")]}

    graph = one(reply, Hidden, saver=InMemorySaver())
    assert (await watched(watch(graph, ASK), graph)).shown() == ["***"]


# interrupts, failures, stops


async def test_a_branch_that_waits_beside_one_that_answered():
    def ask(state: MessagesState):
        return {"messages": [("ai", f"You said {interrupt('Which?')}.")]}

    builder = StateGraph(MessagesState).add_node("reply", lambda _: {"messages": [("ai", SAID)]}).add_node("ask", ask)
    graph = builder.add_edge(START, "reply").add_edge(START, "ask").compile(checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    first = await watched(run, graph)
    again = await watched(run.resume("this"), graph)
    assert sorted(first.shown() + again.shown()) == [SAID, "You said this."]
    assert again.held(3)


async def test_a_message_that_an_interrupted_run_told_is_not_told_by_the_next():
    def ask(state: MessagesState):
        return {"messages": [("ai", interrupt("Which?"))]}

    builder = (
        StateGraph(MessagesState).add_node("reply", lambda _: {"messages": [AIMessage(SAID)]}).add_node("ask", ask)
    )
    graph = builder.add_edge(START, "reply").add_edge(START, "ask").compile(checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    first = await watched(run, graph)
    again = await watched(run.resume("this"), graph)
    assert (first.shown(), again.shown()) == ([SAID], ["this"])


async def test_answer_nodes_say_whose_words_are_the_answer():
    builder = StateGraph(MessagesState).add_sequence(
        [("aside", lambda _: {"messages": [("ai", "Hm.")]}), ("reply", lambda _: {"messages": [("ai", SAID)]})]
    )
    graph = builder.add_edge(START, "aside").compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK, answer_nodes=["reply"]), graph, answer_nodes=["reply"])
    assert {event.node: event.answer for event in seen.of(e.MessageStarted)} == {"aside": False, "reply": True}
    named = graph.with_config(metadata={"mainstem_answer_nodes": ["reply"]})
    seen = await watched(watch(named, ASK))
    assert {event.node: event.answer for event in seen.of(e.MessageStarted)} == {"aside": False, "reply": True}


# as a server tells it


def served(*parts):
    state, transcript, seen = RunState(tells_tools=False), Transcript(), []
    for mode, data in parts:
        for event in translate_part({"type": mode, "ns": (), "data": data}, state, 0.1):
            transcript.add(event)
            seen.append(event)
    return seen, transcript


def told(message):
    return message.model_dump()


@pytest.mark.parametrize("raw", [["ai", SAID], {"role": "assistant", "content": SAID}, told(AIMessage(SAID))])
@pytest.mark.parametrize(
    "wrapped", [lambda raw: [raw], lambda raw: raw, lambda raw: {"value": [raw], "type": "__overwrite__"}]
)
def test_a_server_tells_states_as_dicts(raw, wrapped):
    asked, said = told(HumanMessage("?", id="h")), told(AIMessage(SAID, id="a"))
    update = {"messages": wrapped(raw)}
    seen, transcript = served(
        ("values", {"messages": [asked]}),
        ("tasks", {"id": "t", "name": "reply", "input": {"messages": [asked]}, "triggers": []}),
        ("updates", {"reply": update}),
        ("tasks", {"id": "t", "name": "reply", "error": None, "result": update, "interrupts": []}),
        ("values", {"messages": [asked, said]}),
        ("values", {"messages": [asked, said]}),
    )
    started = [event for event in seen if isinstance(event, e.MessageStarted)]
    assert [(event.message_id, event.node) for event in started] == [("a", "reply")]
    assert transcript.text == SAID


def test_without_tasks_too():
    state = RunState(tells_tasks=False, tells_tools=False)
    parts = [("values", {"messages": []}), ("updates", {"reply": {"messages": [["ai", SAID]]}})]
    parts += [("values", {"messages": [told(AIMessage(SAID, id="a"))]})]
    seen = [
        event for mode, data in parts for event in translate_part({"type": mode, "ns": (), "data": data}, state, 0.1)
    ]
    assert [event.text for event in seen if isinstance(event, e.MessageDelta)] == [SAID]


async def test_what_a_branch_had_written_when_the_run_was_stopped():
    async def waits(state: MessagesState):
        await asyncio.sleep(60)

    builder = StateGraph(MessagesState).add_node("reply", lambda _: {"messages": [("ai", SAID)]})
    builder.add_node("waits", waits).add_edge(START, "reply").add_edge(START, "waits")
    graph = builder.compile(checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    async for event in run.events():
        if isinstance(event, e.NodeFinished):
            break
    await run.stop()
    seen = await watched(run, graph)
    assert [message.text for message in seen.messages if message.type == "ai"] == seen.shown() == [SAID]
