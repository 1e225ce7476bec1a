"""Graphs that have never heard of Mainstem, written here and nowhere else."""

import asyncio
import operator
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Command, RetryPolicy, Send, interrupt
from pydantic import BaseModel

from mainstem import events as e
from mainstem import stream_writer, watch
from mainstem.models.scripted.model import ScriptedModel
from tests.watched import watched

ASK = {"messages": [{"role": "user", "content": "What is the weather in Oslo and in Rome?"}]}


def scripted(*turns, **more):
    return ScriptedModel(turns=list(turns), **more)


def call(name, identity, **args):
    return {"tool_call": {"name": name, "args": args, "id": identity}}


@tool
async def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}."


@tool
async def breaks(city: str) -> str:
    """Always fails."""
    raise RuntimeError("no such place")


def one_node(node, state=MessagesState, saver=True, **more):
    builder = StateGraph(state).add_node("speak", node, **more).add_edge(START, "speak")
    return builder.compile(checkpointer=InMemorySaver() if saver else None)


def kinds(seen):
    return [event.type for event in seen.events]


# create_agent


async def test_create_agent_with_parallel_tools():
    model = scripted(
        [{"text": "Let me look."}, call("weather", "c1", city="Oslo"), call("weather", "c2", city="Rome")],
        [{"words": "It rains in both."}, {"usage": {"input_tokens": 20, "output_tokens": 5}}],
    )
    graph = create_agent(model, [weather], checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.result.text == "It rains in both."
    assert seen.result.status == "done"
    assert seen.held(3)
    assert seen.result.usage["total_tokens"] == 25
    assert {(tool.tool_call_id, tool.args["city"]) for tool in seen.of(e.ToolStarted)} == {
        ("c1", "Oslo"),
        ("c2", "Rome"),
    }
    assert {(tool.status, tool.summary) for tool in seen.of(e.ToolFinished)} == {
        ("ok", "Rain in Oslo."),
        ("ok", "Rain in Rome."),
    }
    assert "".join(part.text for part in seen.of(e.ToolArguments) if part.tool_call_id == "c2") == '{"city": "Rome"}'


async def test_create_agent_with_a_tool_that_breaks():
    model = scripted([call("breaks", "c1", city="Oslo")])
    graph = create_agent(model, [breaks], checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.end.status == "failed"
    assert seen.end.error.message == "no such place"
    assert [tool.status for tool in seen.of(e.ToolFinished)] == ["error"]


async def test_human_in_the_loop_middleware():
    model = scripted([call("weather", "c1", city="Oslo")], [{"words": "It rains."}])
    asking = HumanInTheLoopMiddleware(interrupt_on={"weather": True})
    graph = create_agent(model, [weather], middleware=[asking], checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    seen = await watched(run, graph)
    assert seen.end.status == "interrupted"
    (asked,) = seen.result.interrupts
    assert asked.request["action_requests"][0]["args"] == {"city": "Oslo"}
    assert not seen.of(e.ToolStarted)
    again = await watched(run.resume({asked.interrupt_id: {"decisions": [{"type": "approve"}]}}), graph)
    assert again.result.text == "It rains."
    assert again.end.status == "done"
    assert [tool.status for tool in again.of(e.ToolFinished)] == ["ok"]


async def test_a_rejected_call_is_not_run():
    model = scripted([call("weather", "c1", city="Oslo")], [{"words": "As you wish."}])
    asking = HumanInTheLoopMiddleware(interrupt_on={"weather": True})
    graph = create_agent(model, [weather], middleware=[asking], checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    await watched(run, graph)
    again = await watched(run.resume({"decisions": [{"type": "reject", "message": "no"}]}), graph)
    assert again.result.text == "As you wish."
    assert all(tool.status == "error" for tool in again.of(e.ToolFinished))


async def test_structured_output_of_create_agent():
    class Weather(BaseModel):
        """The weather."""

        sky: str

    model = scripted([call("Weather", "c1", sky="grey")])
    graph = create_agent(model, [], response_format=Weather, checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert "".join(part.text for part in seen.of(e.ToolArguments)) == '{"sky": "grey"}'
    assert "structured_response" in [key for event in seen.of(e.NodeFinished) for key in event.wrote]
    assert seen.end.status == "done"


# branches and subgraphs


class Fan(TypedDict):
    messages: Annotated[list, operator.add]


async def test_two_send_branches_stream_at_once():
    async def branch(given: dict[str, Any]) -> dict[str, Any]:
        name = given["name"]
        answer = await scripted([{"words": f"This is the long answer of {name}.", "delay": 0.005}]).ainvoke(name)
        return {"messages": [answer]}

    def fan(state: Fan) -> list[Send]:
        return [Send("branch", {"name": "left"}), Send("branch", {"name": "right"})]

    builder = StateGraph(Fan).add_node("branch", branch).add_conditional_edges(START, fan, ["branch"])
    graph = builder.compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, {"messages": []}), graph)
    assert sorted(seen.shown()) == ["This is the long answer of left.", "This is the long answer of right."]
    tasks = {event.task_id for event in seen.of(e.MessageStarted)}
    assert len(tasks) == 2
    assert tasks == {event.task_id for event in seen.of(e.NodeStarted)}
    assert all(event.task_id in tasks for event in seen.of(e.MessageDelta))


async def test_subgraphs_three_deep_with_custom_parts_and_progress():
    async def bottom(state: MessagesState, runtime) -> dict[str, Any]:
        writer = stream_writer(runtime)
        writer.progress("digging", done=1, total=3, unit="metres")
        get_stream_writer()({"found": "gold"})
        return {"messages": [await scripted("Words from below.").ainvoke("?")]}

    from langgraph.runtime import Runtime

    bottom.__annotations__["runtime"] = Runtime
    inner = StateGraph(MessagesState).add_node("bottom", bottom).add_edge(START, "bottom").compile()
    middle = StateGraph(MessagesState).add_node("inner", inner).add_edge(START, "inner").compile()
    graph = one_node(middle)
    seen = await watched(watch(graph, ASK), graph)
    assert seen.result.text == "Words from below."
    assert seen.held(3)
    (progress,) = seen.of(e.Progress)
    (started,) = [event for event in seen.of(e.NodeStarted) if event.node == "bottom"]
    assert progress.task_id == started.task_id
    assert [step.split(":")[0] for step in progress.ns] == ["speak", "inner"]
    (data,) = seen.of(e.Data)
    assert data.data == {"found": "gold"}
    assert data.ns == progress.ns
    nodes = [(event.node, len(event.ns or ())) for event in seen.of(e.NodeStarted)]
    assert nodes == [("speak", 0), ("inner", 1), ("bottom", 2)]
    assert [event.node for event in seen.of(e.NodeFinished)] == ["bottom", "inner", "speak"]


async def test_a_graph_called_inside_a_node():
    inner = create_agent(scripted([call("weather", "c1", city="Oslo")], "It rains."), [weather])

    async def speak(state: MessagesState) -> dict[str, Any]:
        answer = (await inner.ainvoke({"messages": state["messages"]}))["messages"][-1]
        return {"messages": [answer]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown().count("It rains.") == 1
    assert [tool.status for tool in seen.of(e.ToolFinished)] == ["ok"]


async def test_an_interrupt_in_a_subgraph_is_told_once_and_resumed():
    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(f"You said {interrupt('Which one?')}.", id="a1")]}

    inner = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()
    graph = one_node(inner)
    run = watch(graph, ASK)
    seen = await watched(run, graph)
    assert [event.request for event in seen.of(e.Interrupt)] == ["Which one?"]
    again = await watched(run.resume("this"), graph)
    assert again.result.text == "You said this."
    assert again.end.status == "done"


async def test_two_interrupts_at_once_are_resumed_by_their_ids():
    async def branch(given: dict[str, Any]) -> dict[str, Any]:
        return {"messages": [AIMessage(f"{given['name']}: {interrupt(given['name'])}")]}

    def fan(state: Fan) -> list[Send]:
        return [Send("branch", {"name": "left"}), Send("branch", {"name": "right"})]

    builder = StateGraph(Fan).add_node("branch", branch).add_conditional_edges(START, fan, ["branch"])
    graph = builder.compile(checkpointer=InMemorySaver())
    run = watch(graph, {"messages": []})
    seen = await watched(run, graph)
    asked = {event.request: event.interrupt_id for event in seen.result.interrupts}
    assert set(asked) == {"left", "right"}
    again = await watched(run.resume({asked["left"]: "yes", asked["right"]: "no"}), graph)
    assert sorted(again.shown()) == ["left: yes", "right: no"]


# what nodes do to messages


async def test_a_rebuilt_message_is_shown_once():
    async def speak(state: MessagesState) -> dict[str, Any]:
        said = await scripted("Once and only once.").ainvoke("?")
        return {"messages": [AIMessage(said.content)]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown() == ["Once and only once."]


async def test_a_changed_message_is_taken_back_and_restated():
    async def speak(state: MessagesState) -> dict[str, Any]:
        said = await scripted("The code is 1234.").ainvoke("?")
        return {"messages": [said.model_copy(update={"content": "The code is secret."})]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK), graph)
    assert [event.reason for event in seen.of(e.MessageSuperseded)] == ["repair"]
    assert seen.shown() == ["The code is secret."]
    assert seen.result.text == "The code is secret."
    assert seen.held(3)


async def test_a_message_changed_by_a_later_node():
    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await scripted("First words.").ainvoke("?")]}

    def polish(state: MessagesState) -> dict[str, Any]:
        return {"messages": [state["messages"][-1].model_copy(update={"content": "Better words."})]}

    builder = StateGraph(MessagesState).add_sequence([speak, polish]).add_edge(START, "speak")
    graph = builder.compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.result.text == "Better words."
    assert seen.held(3)


async def test_a_whole_message_that_no_model_streamed():
    def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("Ready-made.")]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown() == ["Ready-made."]
    assert seen.end.status == "done"
    assert seen.held(3)


async def test_history_that_a_node_returns_again_is_not_shown_again():
    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [*state["messages"], await scripted("New words.").ainvoke("?")]}

    graph = one_node(speak)
    config = {"configurable": {"thread_id": "t"}}
    before = {"messages": [HumanMessage("a", id="h"), AIMessage("Old words.", id="old")]}
    await graph.aupdate_state(config, before)
    seen = await watched(watch(graph, ASK, config=config), graph)
    assert seen.result.text == "New words."
    assert "Old words." not in seen.shown()


# whose words are the answer


class Routed(MessagesState):
    route: str


async def test_a_hidden_summariser_and_a_router_are_never_the_answer():
    class Route(BaseModel):
        """Where to go."""

        to: str

    router = scripted([call("Route", "r1", to="answer")]).bind_tools([Route])

    async def route(state: Routed) -> dict[str, Any]:
        said = await router.ainvoke(state["messages"])
        return {"route": said.tool_calls[0]["args"]["to"]}

    async def summarise(state: Routed) -> dict[str, Any]:
        silent = scripted([{"words": "A hidden summary."}, {"usage": {"input_tokens": 3, "output_tokens": 4}}])
        return {"route": (await silent.ainvoke("?", config={"tags": ["nostream"]})).text}

    async def think(state: Routed) -> dict[str, Any]:
        return {"route": (await scripted("Loud thoughts.").ainvoke("?")).text}

    async def answer(state: Routed) -> dict[str, Any]:
        return {"messages": [await scripted("The answer.").ainvoke("?")]}

    builder = StateGraph(Routed).add_sequence([route, summarise, think, answer]).add_edge(START, "route")
    graph = builder.compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK, answer_nodes=["answer"]), graph, answer_nodes=["answer"])
    assert seen.result.text == "The answer."
    assert "A hidden summary." not in seen.shown()
    assert {event.node: event.answer for event in seen.of(e.MessageStarted)} == {
        "route": False,
        "think": False,
        "answer": True,
    }
    assert seen.result.usage["total_tokens"] == 7
    assert seen.held(5)


async def test_a_stream_that_closes_early_is_truncated():
    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await scripted([{"words": "Half of an"}, {"end": True}]).ainvoke("?")]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK), graph)
    assert seen.end.status == "truncated"
    assert not seen.of(e.MessageFinished)[0].complete


# attempts


async def test_a_node_that_is_retried_takes_back_its_first_attempt():
    model = scripted([{"words": "Half of"}, {"error": "gone"}], "The whole answer.")

    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke("?")]}

    policy = RetryPolicy(initial_interval=0.01, jitter=False, retry_on=Exception)
    graph = one_node(speak, retry_policy=policy)
    seen = await watched(watch(graph, ASK), graph)
    assert [event.reason for event in seen.of(e.MessageSuperseded)] == ["retry"]
    assert [event.attempt for event in seen.of(e.MessageStarted)] == [1, 2]
    assert seen.shown() == ["The whole answer."]
    assert seen.result.text == "The whole answer."
    assert seen.end.status == "done"
    assert seen.held(3)


async def test_a_node_that_fails_after_its_answer_and_is_retried():
    model = scripted("The first answer.", "The second answer.")
    tries = []

    async def speak(state: MessagesState) -> dict[str, Any]:
        said = await model.ainvoke("?")
        tries.append(said)
        if len(tries) == 1:
            raise ConnectionError("after the model had spoken")
        return {"messages": [said]}

    graph = one_node(speak, retry_policy=RetryPolicy(initial_interval=0.01, jitter=False))
    seen = await watched(watch(graph, ASK), graph)
    assert seen.result.text == "The second answer."
    assert seen.shown() == ["The second answer."]


async def test_a_fallback_takes_back_what_failed():
    first = scripted([{"words": "Half of"}, {"error": "gone"}], model_name="first")
    second = scripted("All of it.", model_name="second")

    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await first.with_fallbacks([second]).ainvoke("?")]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK), graph)
    assert len(seen.of(e.MessageSuperseded)) == 1
    assert seen.shown() == ["All of it."]
    assert seen.result.text == "All of it."


# ends


async def test_the_recursion_limit_halts():
    def again(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("Round and round.")]}

    builder = StateGraph(MessagesState).add_node("again", again).add_edge(START, "again").add_edge("again", "again")
    graph = builder.compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK, config={"recursion_limit": 4}), graph)
    assert (seen.end.status, seen.end.reason) == ("halted", "steps")
    assert len(seen.of(e.NodeStarted)) == 4


async def test_a_failing_node_closes_what_is_open():
    async def slow(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await scripted([{"words": "a b c d e f", "delay": 0.5}]).ainvoke("?")]}

    async def fails(state: MessagesState) -> dict[str, Any]:
        await asyncio.sleep(0.05)
        raise ValueError("that went wrong")

    builder = StateGraph(MessagesState).add_node("slow", slow).add_node("fails", fails)
    graph = builder.add_edge(START, "slow").add_edge(START, "fails").compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.end.status == "failed"
    assert (seen.end.error.type, seen.end.error.message) == ("ValueError", "that went wrong")
    errors = {event.node: event.error for event in seen.of(e.NodeFinished)}
    assert set(errors) == {"slow", "fails"}
    assert errors["fails"].message == "that went wrong"


async def test_a_failing_node_deep_inside():
    async def fails(state: MessagesState) -> dict[str, Any]:
        await scripted([{"words": "Half"}, {"error": "gone"}]).ainvoke("?")
        return {}

    inner = StateGraph(MessagesState).add_node("fails", fails).add_edge(START, "fails").compile()
    graph = one_node(inner)
    seen = await watched(watch(graph, ASK), graph)
    assert seen.end.status == "failed"
    assert [event.node for event in seen.of(e.NodeFinished)] == ["fails", "speak"]


@pytest.mark.parametrize("how", ["interrupt_before", "interrupt_after"])
async def test_a_breakpoint_interrupts_and_resumes(how):
    def first(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("One.")]}

    def second(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("Two.")]}

    builder = StateGraph(MessagesState).add_sequence([first, second]).add_edge(START, "first")
    at = "second" if how == "interrupt_before" else "first"
    graph = builder.compile(checkpointer=InMemorySaver(), **{how: [at]})
    run = watch(graph, ASK)
    seen = await watched(run, graph)
    assert seen.end.status == "interrupted"
    assert seen.shown() == ["One."]
    again = await watched(run.resume(), graph)
    assert again.end.status == "done"
    assert again.shown() == ["Two."]


# other shapes


async def test_a_graph_without_messages():
    class Count(TypedDict):
        n: int

    def add(state: Count) -> Count:
        return {"n": state["n"] + 1}

    graph = one_node(add, Count)
    seen = await watched(watch(graph, {"n": 1}), graph)
    assert kinds(seen) == ["run.started", "node.started", "node.finished", "run.finished"]
    assert seen.of(e.NodeFinished)[0].wrote == ("n",)
    assert seen.state.values == {"n": 2}


async def test_a_graph_without_a_checkpointer():
    def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("No memory.")]}

    seen = await watched(watch(one_node(speak, saver=False), ASK))
    assert seen.result.thread_id is None
    assert seen.result.text == "No memory."


async def test_a_pydantic_state_and_a_sync_node_with_a_sync_model():
    class Chat(BaseModel):
        messages: Annotated[list, operator.add] = []
        mood: str = "calm"

    model = scripted("From a thread.")

    def speak(state: Chat) -> dict[str, Any]:
        return {"messages": [model.invoke("?")], "mood": "merry"}

    graph = one_node(speak, Chat)
    seen = await watched(watch(graph, Chat()), graph)
    assert seen.shown() == ["From a thread."]
    assert seen.of(e.NodeFinished)[0].wrote == ("messages", "mood")
    assert seen.held(3)


async def test_a_node_that_returns_a_pydantic_state():
    class Chat(BaseModel):
        messages: Annotated[list, operator.add] = []

    async def speak(state: Chat) -> Chat:
        return Chat(messages=[await scripted("Typed.").ainvoke("?")])

    graph = one_node(speak, Chat)
    seen = await watched(watch(graph, Chat()), graph)
    assert seen.shown() == ["Typed."]


async def test_the_functional_api():
    model = scripted("From an entrypoint.")

    @task
    async def think(question: str) -> AIMessage:
        return await model.ainvoke(question)

    @task
    def count(words: str) -> int:
        return len(words.split())

    @entrypoint(checkpointer=InMemorySaver())
    async def flow(question: str) -> dict[str, Any]:
        said = await think(question)
        return {"words": await count(said.text)}

    seen = await watched(watch(flow, "What?"), flow)
    assert seen.shown() == ["From an entrypoint."]
    assert {"think", "count", "flow"} <= {event.node for event in seen.of(e.NodeStarted)}
    assert seen.end.status == "done"


async def test_the_functional_api_interrupts_and_resumes():
    @entrypoint(checkpointer=InMemorySaver())
    async def flow(question: str) -> str:
        return f"{question} {interrupt('Say more.')}"

    run = watch(flow, "So?")
    seen = await watched(run, flow)
    assert [event.request for event in seen.of(e.Interrupt)] == ["Say more."]
    again = await watched(run.resume("More."), flow)
    assert again.end.status == "done"


async def test_custom_payloads_that_json_cannot_say():
    class Strange:
        def __repr__(self) -> str:
            return "<strange>"

    loop: dict[str, Any] = {}
    loop["self"] = loop
    payloads = [
        Strange(),
        {1: {2, 3}},
        b"\xff\x00",
        float("nan"),
        "half \ud83d",
        loop,
        AIMessage("hi"),
        lambda: 1,
        None,
    ]

    def speak(state: MessagesState) -> dict[str, Any]:
        for payload in payloads:
            get_stream_writer()(payload)
        return {"messages": [AIMessage("Done.")]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK), graph)
    assert len(seen.of(e.Data)) == len(payloads)
    assert all(e.decode(e.encode(event)) == event for event in seen.of(e.Data))
    assert seen.end.status == "done"


async def test_custom_payloads_that_look_like_ours_and_are_not():
    payloads = [
        {"mainstem": 1},
        {"mainstem": {}},
        {"mainstem": {"type": "no such"}},
        {"mainstem": {"type": ["unhashable"]}},
        {"mainstem": {"type": "progress", "done": "many"}},
        {"mainstem": {"type": "progress", "seq": 99, "done": 1}},
        {"mainstem": {"type": "node.started", "node": "x"}},
        {"mainstem": {"type": "tool.finished", "tool_call_id": "x", "name": "x", "status": "odd"}},
        {"mainstem": {"type": "usage", "usage": "none"}},
        {"mainstem": {"type": "attempt", "task_id": "x", "attempt": "two"}},
        {"mainstem": {"type": "message.superseded", "message_id": "x", "reason": "retry"}},
    ]

    async def speak(state: MessagesState) -> dict[str, Any]:
        for payload in payloads:
            get_stream_writer()(payload)
        return {"messages": [await scripted("Done.").ainvoke("?")]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK), graph)
    assert seen.end.status == "done"
    assert seen.result.text == "Done."


async def test_the_other_modes_come_as_data():
    def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("Hi.")]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK, modes=["values", "checkpoints", "debug"]), graph)
    assert {event.mode for event in seen.of(e.Data)} == {"values", "checkpoints", "debug"}


async def test_a_node_that_goes_on_by_command_and_ends_the_parent():
    async def inside(state: MessagesState) -> Command:
        return Command(graph=Command.PARENT, goto="last", update={"messages": [AIMessage("Handing over.")]})

    def last(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("Taken over.")]}

    inner = StateGraph(MessagesState).add_node("inside", inside).add_edge(START, "inside").compile()
    builder = StateGraph(MessagesState).add_node("inner", inner).add_node("last", last)
    graph = builder.add_edge(START, "inner").add_edge("last", END).compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.end.status == "done"
    assert seen.result.text == "Taken over."
    assert all(event.error is None for event in seen.of(e.NodeFinished))


async def test_streams_of_a_model_that_is_read_by_hand():
    model = scripted([{"words": "Read by hand."}])

    async def speak(state: MessagesState) -> dict[str, Any]:
        whole = None
        async for chunk in model.astream("?"):
            whole = chunk if whole is None else whole + chunk
        return {"messages": [AIMessage(whole.content, id=whole.id)]}

    graph = one_node(speak)
    seen = await watched(watch(graph, ASK), graph)
    assert seen.shown() == ["Read by hand."]
    assert seen.end.status == "done"
    assert seen.held(3)
