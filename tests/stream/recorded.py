"""Real runs, recorded with all that the laws can be told: what breaks are planted into."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import RetryPolicy

from mainstem import watch
from mainstem.stream import events as e
from mainstem.stream import laws

from .chains import scripted

SECRET = "s3cret-of-nobody"
NUMBER = "4111111111111111"
ESCAPED = 's3cret\n"ünder" quotes'
USAGE = {"usage": {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}}
PATIENCE = 60.0


@dataclass(frozen=True)
class Recorded:
    """One run, and what stands in its thread."""

    events: list[Any]
    messages: list[Any]
    replay: list[bytes]
    answer_nodes: frozenset[str]

    def with_events(self, events: list[Any]) -> "Recorded":
        """The same run with other events, numbered anew, and the replay that they would have."""
        told = [event.model_copy(update={"seq": at}) for at, event in enumerate(events, 1)]
        return replace(self, events=told, replay=[e.encode(event) for event in told])

    def as_told(self, events: list[Any]) -> "Recorded":
        """The same run with these very events."""
        return replace(self, events=events, replay=[e.encode(event) for event in events])

    def check(self, **more: Any) -> laws.Report:
        known = {"before": [HumanMessage("?", id="question")], "secrets": [SECRET, NUMBER, ESCAPED]}
        known |= {"messages": self.messages, "replay": self.replay, "answer_nodes": self.answer_nodes}
        return laws.check(self.events, **known | more)


@tool
async def look(where: str) -> str:
    """Look somewhere."""
    if where == "nowhere":
        raise LookupError("there is no such place")
    return f"It is {where}."


async def recorded(graph: Any, answer: str, *, stop: bool = False) -> Recorded:
    given = {"messages": [HumanMessage("?", id="question")]}
    config = {"configurable": {"thread_id": uuid4().hex}}
    async with asyncio.timeout(PATIENCE):
        run = watch(graph, given, config=config, answer_nodes=[answer])
        async for event in run.events():
            if stop and isinstance(event, e.MessageDelta) and event.tokens >= 3:
                run.request_stop()
        events = [event async for event in run.events()]
        replay = [line async for line in run.lines()]
    state = await graph.aget_state(config)
    return Recorded(events, list(state.values.get("messages") or []), replay, frozenset({answer}))


def calling(where: str) -> Any:
    """A turn that calls the tool."""
    return [{"words": "Let me look. "}, {"tool_call": {"name": "look", "args": {"where": where}, "id": "c1"}}, USAGE]


def agent(*turns: Any) -> Any:
    return create_agent(scripted(*turns), [look], checkpointer=InMemorySaver())


def asking(*turns: Any, times: int = 1, failing: bool = False) -> Any:
    """A graph of one node that asks its model so many times, and stores the answers."""
    model, tries = scripted(*turns), list[int]()

    async def ask(state: MessagesState) -> dict[str, Any]:
        said = [await model.ainvoke(state["messages"]) for _ in range(times)]
        if failing and not tries:
            tries.append(1)
            raise ConnectionError("the first try fails")
        return {"messages": said}

    policy = RetryPolicy(max_attempts=2, initial_interval=0.001, jitter=False, retry_on=lambda _: True)
    graph = StateGraph(MessagesState).add_node("ask", ask, retry_policy=policy if failing else None)
    return graph.add_edge(START, "ask").compile(InMemorySaver())


async def done() -> Recorded:
    """An agent that calls a tool and answers."""
    answer = [{"reasoning": "Here or there? "}, {"words": "It is here, and only here."}, USAGE]
    return await recorded(agent(calling("here"), answer), "model")


async def twice() -> Recorded:
    """A node whose model says the same twice, and means it."""
    return await recorded(asking("Yes.", "Yes.", times=2), "ask")


async def retried() -> Recorded:
    """A node that LangGraph ran again."""
    return await recorded(asking("Half an answer.", "The whole answer.", failing=True), "ask")


async def failed() -> Recorded:
    """An agent whose tool breaks it."""
    return await recorded(agent(calling("nowhere")), "model")


async def stopped() -> Recorded:
    """A run that was stopped in mid-answer."""
    return await recorded(asking([{"words": "one two three " * 40, "delay": 0.02}]), "ask", stop=True)


RUNS = {made.__name__: made for made in (done, twice, retried, failed, stopped)}
