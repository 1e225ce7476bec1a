"""A session over somebody else's graph: what is kept of a run, and what a failed one leaves behind."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from mainstem import Session, Settings, SyncSession
from mainstem.stores.threads.saver import Saver
from mainstem.stream.errors import MainstemError


class State(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    seen: str


@dataclass
class Team:
    name: str = "nobody"


def asking():
    """A graph that asks a person, and notes what it was run with."""

    async def ask(state: State, runtime: Runtime[Team], config) -> State:
        interrupt({"question": "Go on?"})
        return {"seen": f"{runtime.context.name}, {config['configurable']['limit']}"}

    graph = StateGraph(State, context_schema=Team)
    graph.add_node("ask", ask)
    graph.add_edge(START, "ask")
    return graph.compile()


def failing(fails):
    """A graph whose tool fails as long as `fails` holds something."""

    async def model(state: State) -> State:
        last = state["messages"][-1]
        if last.type == "tool" or last.text == "Again.":
            unanswered = {c["id"] for m in state["messages"] for c in getattr(m, "tool_calls", ())}
            unanswered -= {m.tool_call_id for m in state["messages"] if isinstance(m, ToolMessage)}
            if unanswered:
                raise ValueError("400: a tool call has no answer")
            return {"messages": [AIMessage("All is well.")]}
        return {"messages": [AIMessage("", tool_calls=[{"name": "look", "args": {}, "id": "c1"}])]}

    async def tools(state: State) -> State:
        if fails:
            raise OSError(fails.pop())
        return {"messages": [ToolMessage("Found.", tool_call_id="c1")]}

    graph = StateGraph(State)
    graph.add_node("model", model)
    graph.add_node("tools", tools)
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", lambda state: "tools" if state["messages"][-1].tool_calls else END)
    graph.add_edge("tools", "model")
    return graph.compile()


@pytest.fixture
def home(tmp_path):
    return Settings(home=tmp_path / "home")


async def test_a_resumed_run_keeps_its_context_and_config(home):
    async with Session(home, graph=asking()) as session:
        run = session.start({"messages": []}, thread="t", config={"configurable": {"limit": 7}}, context=Team("blue"))
        assert (await run.result()).status == "interrupted"
        assert (await run.resume("yes").result()).status == "done"
        assert (await session.state("t")).values["seen"] == "blue, 7"


async def test_a_thread_is_resumed_with_a_context_and_config(home):
    async with Session(home, graph=asking()) as session:
        settings = {"config": {"configurable": {"limit": 7}}, "context": Team("blue")}
        await session.start({"messages": []}, thread="t", **settings).result()
        settings = {"config": {"configurable": {"limit": 8}}, "context": Team("green")}
        await session.resume("t", "yes", **settings).result()
        assert (await session.state("t")).values["seen"] == "green, 8"


async def test_after_a_failure_in_a_tool_the_thread_can_be_asked_again(home):
    async with Session(home, graph=failing(["The disk is gone."])) as session:
        assert (await session.ask("Look.", thread="t").result()).status == "failed"
        again = await session.ask("Again.", thread="t").result()
        assert (again.status, again.error) == ("done", None)
        kinds = [message.type for message in (await session.state("t")).values["messages"]]
    assert kinds == ["human", "ai", "tool", "human", "ai"]


async def test_after_a_failure_in_a_tool_the_thread_can_be_resumed(home):
    async with Session(home, graph=failing(["The disk is gone."])) as session:
        assert (await session.ask("Look.", thread="t").result()).status == "failed"
        assert (await session.resume("t").result()).status == "done"
        texts = [message.text for message in (await session.state("t")).values["messages"]]
    assert texts == ["Look.", "", "Found.", "All is well."]


async def test_of_two_runs_at_once_the_first_runs(home):
    for _ in range(5):
        async with Session(home, graph=failing([])) as session:
            first, second = session.ask("Look.", thread="t"), session.ask("Look.", thread="t")
            one, other = await asyncio.gather(first.result(), second.result())
            assert (one.status, other.status) == ("done", "failed")
            assert other.error.type == "ThreadBusy"


async def test_a_closed_session_says_so(home):
    async with Session(home, graph=failing([])) as session:
        pass
    with pytest.raises(MainstemError, match="not open"):
        session.ask("Look.")


def test_a_closed_sync_session_says_so(home):
    with SyncSession(home, graph=failing([])) as session:
        pass
    with pytest.raises(MainstemError, match="not open"):
        session.ask("Look.")


def test_a_sync_session_takes_config_and_context_and_replays(home):
    settings = {"config": {"configurable": {"limit": 7}}, "context": Team("blue")}
    with SyncSession(home, graph=asking()) as session:
        run = session.start({"messages": []}, thread="t", **settings)
        assert run.result().status == "interrupted"
        again = session.resume("t", "yes", tags={"team": "blue"}, **settings)
        seen = list(again)
        assert list(session.replay(again.run_id)) == seen
        assert session.state("t").values["seen"] == "blue, 7"


async def test_a_thread_that_was_killed_before_its_first_step_goes_on(home):
    graph = failing([])
    async with Session(home, graph=graph) as session:
        config = {"configurable": {"thread_id": "t"}}
        await session.ask("Look.", thread="t").result()
        first = [snapshot async for snapshot in session.source.graph.aget_state_history(config)][-1]
        # what a kill right behind the first checkpoint leaves: its task has written, and nothing came after
        saver = session.source.graph.checkpointer
        keep = first.config["configurable"]["checkpoint_id"]
        for table in ("checkpoints", "writes"):
            await saver.conn.execute(f"DELETE FROM {table} WHERE checkpoint_id != ?", (keep,))
        await saver.conn.commit()
        assert (await session.resume("t").result()).status == "done"
        assert [m.type for m in (await session.state("t")).values["messages"]] == ["human", "ai", "tool", "ai"]


async def test_what_waits_is_kept_and_the_next_question_refused(home):
    async with Session(home, graph=asking()) as session:
        settings = {"config": {"configurable": {"limit": 7}}, "context": Team("blue")}
        await session.start({"messages": []}, thread="t", **settings).result()
        refused = await session.ask("Something else", thread="t").result()
        assert (refused.status, refused.error.type) == ("failed", "DecisionPending")
        assert "Go on?" in refused.error.message
        assert (await session.resume("t", "yes", **settings).result()).status == "done"
        assert (await session.state("t")).values["messages"] == []


async def test_an_input_that_cannot_be_stored_is_refused(home):
    async with Session(home, graph=failing([])) as session:
        refused = await session.start({"messages": [{"foo": 1}]}, thread="t").result()
        assert (refused.status, refused.error.type) == ("failed", "WrongInput")
        assert (await session.ask("Look.", thread="t").result()).status == "done"


async def test_a_thread_is_read_once_before_its_run_and_once_by_langgraph(home, monkeypatch):
    reads, before_the_node = [], []
    read = Saver.aget_tuple

    async def counted(self, config):
        reads.append(config)
        return await read(self, config)

    async def answer(state: State) -> State:
        before_the_node.append(len(reads))
        return {"messages": [AIMessage("Yes.")]}

    monkeypatch.setattr(Saver, "aget_tuple", counted)
    graph = StateGraph(State).add_node("answer", answer).add_edge(START, "answer").compile()
    async with Session(home, graph=graph) as session:
        for question in ("One?", "Two?"):
            reads.clear()
            await session.ask(question, thread="t").result()
    assert before_the_node == [2, 2]
