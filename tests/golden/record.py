"""Record the runs of this folder anew, and the rows that they make: `uv run python -m tests.golden.record`.

Ids and times are made plain (`id1`, and the event's number in hundredths of a second), so that a new recording differs
only where the runs do. Read the difference before it is committed: it is a change of what people see.
"""

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from operator import add
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.message import add_messages

from mainstem import Session, Settings, events, watch
from tests.fixtures import GUIDE, call
from tests.golden.rows import seen
from tests.stream import recorded
from tests.stream.chains import scripted

HERE = Path(__file__).parent
QUESTION = "When does the ferry sail?"
TIMES = ("at", "first_at", "last_at")
LENGTHS = ("seconds", "ttft", "gap_p50", "gap_p95", "tokens_per_second")
_FOLDER = re.compile(re.escape(f"{tempfile.gettempdir()}/") + r"\w+")
_WAIT = re.compile(r"in \d+(\.\d+)? s\b")
_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\b[0-9a-f]{32}\b")

Events = AsyncIterator[events.Event]


def asked(*turns: Any) -> Callable[[], Events]:
    """A run of the bundled agent, whose model plays these turns."""

    async def play() -> Events:
        with tempfile.TemporaryDirectory() as folder:
            docs, script = Path(folder) / "docs", Path(folder) / "script.json"
            docs.mkdir()
            (docs / "ferry.md").write_text(GUIDE)
            script.write_text(json.dumps(turns))
            settings = Settings(home=Path(folder) / "home", docs=[docs], model=f"scripted:{script}")
            async with Session(settings) as session:
                async for event in session.ask(QUESTION):
                    yield event

    return play


def of(run: Callable[[], Any]) -> Callable[[], Events]:
    """A run that the tests of the laws plant their breaks into."""

    async def play() -> Events:
        for event in (await run()).events:
            yield event

    return play


class Trip(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    told: Annotated[list[str], add]


async def branches() -> Events:
    """Two branches that speak at once, one of them in a subgraph, and a node whose words are not the answer."""

    def node(name: str, *turns: Any) -> Any:
        model = scripted(*turns)

        async def speak(state: Trip) -> dict[str, Any]:
            get_stream_writer()({"stage": name})
            said = await model.ainvoke("?")
            return {"told": [said.text]} if name == "route" else {"messages": [said]}

        return speak

    inner = StateGraph(Trip).add_node("north", node("north", [{"words": "By the North ferry."}]))
    south = node("south", [{"reasoning": "Which one?"}, {"words": "By the South ferry."}])
    graph = StateGraph(Trip).add_node("route", node("route", [{"words": "both ways"}])).add_node("south", south)
    graph.add_node("inner", inner.add_edge(START, "north").compile())
    graph.add_edge(START, "route").add_edge("route", "inner").add_edge("route", "south")
    given = {"messages": [("user", QUESTION)], "told": []}
    async for event in watch(graph.compile(), given, answer_nodes=["south", "inner", "north"]):
        yield event


async def restated() -> Events:
    """A node that changes the words of a message that was shown."""
    model = scripted([{"words": "The harbour master is Ann."}])

    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke("?")]}

    async def mask(state: MessagesState) -> dict[str, Any]:
        last = state["messages"][-1]
        return {"messages": [AIMessage("The harbour master is [masked].", id=last.id)]}

    graph = StateGraph(MessagesState).add_node(speak).add_node(mask).add_edge(START, "speak").add_edge("speak", "mask")
    config = {"configurable": {"thread_id": "t"}}
    async for event in watch(graph.compile(InMemorySaver()), {"messages": [("user", QUESTION)]}, config=config):
        yield event


RUNS: dict[str, Callable[[], Events]] = {
    "cited": asked(
        [{"reasoning": "Look it up."}, {"text": "I look."}, call("search_documents", {"query": "ferry"}, "c1")],
        [{"words": "The ferry sails every day at seven in the morning [1]."}],
    ),
    "retried": asked(
        [{"words": "It sails at"}, {"error": "broke off", "retryable": True}], [{"words": "It sails at seven."}]
    ),
    "asking": asked([call("save_note", {"title": "Ferry", "text": "It sails at seven."}, "c1")]),
    "branches": branches,
    "restated": restated,
    "failed": of(recorded.failed),
    "stopped": of(recorded.stopped),
}


async def main() -> None:
    """Write every run and its rows."""
    for name, play in RUNS.items():
        lines = plain([json.loads(events.encode(event)) async for event in play()])
        (HERE / f"{name}.ndjson").write_text("".join(f"{line}\n" for line in lines))
        told = seen(events.decode(line) for line in lines)
        (HERE / f"{name}.rows.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def plain(run: list[dict[str, Any]]) -> list[str]:
    """The events as JSON, with plain times, and with a short name for each id in the order in which they come."""
    for seq, event in enumerate(run, 1):
        event.update({key: seq / 100 for key in TIMES if key in event})
        event.update({key: 0.1 for key in LENGTHS if event.get(key) is not None})
        event.update({"started_at": "2026-01-01T00:00:00.000+00:00"} if "started_at" in event else {})
    names: dict[str, str] = {}
    text = "\n".join(json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in run)
    text = _WAIT.sub("in 0.5 s", _FOLDER.sub("", text))
    return _ID.sub(lambda found: names.setdefault(found[0], f"id{len(names) + 1}"), text).split("\n")


if __name__ == "__main__":
    asyncio.run(main())
