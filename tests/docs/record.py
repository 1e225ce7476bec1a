"""Record one event of each kind, for the examples of `docs/reference/events.md`: `python tests/docs/record.py`.

Every event comes out of a run: the bundled agent with a scripted model, a small graph of our own, and a run whose
journal was pruned before it was read.
"""

import asyncio
import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime

from mainstem import Session, Settings, events, stream_writer, watch
from mainstem.stores.journal.sqlite import SqliteJournal
from mainstem.stream.events import KINDS
from mainstem.stream.run import Run
from mainstem.stream.run_options import RunOptions
from mainstem.stream.sources import source_of

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "How do I resume a dropped stream?"
SCRIPT: list[Any] = [
    [{"tool_call": {"name": "calculate", "args": {"expression": "6*7"}}}],
    [{"tool_call": {"name": "search_documents", "args": {"query": QUESTION}}}],
    [{"words": "Ask for ", "delay": 0.01}, {"error": "The stream broke off.", "retryable": True}],
    [
        {"reasoning": "The first passage says how."},
        {"words": "Ask for the events after the last seq you saw [1].", "delay": 0.01},
        {"usage": {"input_tokens": 412, "output_tokens": 11}},
    ],
    [{"tool_call": {"name": "save_note", "args": {"title": "Resume", "text": "Ask for what comes after seq."}}}],
]


class State(TypedDict):
    x: int


async def render(state: State, runtime: Runtime) -> dict[str, int]:
    writer = stream_writer(runtime)
    call = {"id": "call_1", "name": "render", "args": {"dpi": 300}}
    writer.tool_started(call)
    writer.tool_output("page 1 of 2\n", tool_call_id="call_1")
    writer.tool_finished(call, "ok", summary="2 pages")
    runtime.stream_writer({"stage": "rendered", "pages": 2})
    return {"x": state["x"] + 1}


async def flood(state: State, runtime: Runtime) -> dict[str, int]:
    for number in range(200):
        runtime.stream_writer({"row": number})
        await asyncio.sleep(0.3 if number == 150 else 0)  # time for the journal to take what memory may let go
    return {"x": state["x"]}


def graph_of(node: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node(node.__name__, node)
    builder.add_edge(START, node.__name__)
    return builder.compile(name=node.__name__)


async def asked(home: Path) -> list[events.AnyEvent]:
    script = home / "script.json"
    script.write_text(json.dumps(SCRIPT))
    async with Session(Settings(home=home, model=f"scripted:{script}")) as session:
        found = [event async for event in session.ask(QUESTION, thread="reading-list", tags={"team": "docs"})]
        found += [event async for event in session.ask("Save a note about it.", thread="reading-list")]
    return found


async def watched(node: Any) -> list[events.AnyEvent]:
    run = watch(graph_of(node), {"x": 1})
    return [event async for event in run]


async def pruned(home: Path) -> list[events.AnyEvent]:
    """A run read late, when its oldest events are neither in memory nor in the journal."""
    journal = SqliteJournal(home / "journal.sqlite")
    run = Run(source_of(graph_of(flood)), {"x": 1}, RunOptions({}, journal=journal, memory=2000))
    await run.result()
    await journal.close()
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("DELETE FROM events WHERE seq <= 120")
    return [event async for event in run.events()]


async def record() -> list[events.AnyEvent]:
    """The event of each kind that has most to show, in the order of the reference."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        found = [*await asked(home), *await watched(render), *await pruned(home)]
    shown = [event for event in found if str(ROOT).encode() not in events.encode(event)]
    return [
        max((e for e in shown if type(e) is kind), key=lambda e: len(json.loads(events.encode(e)))) for kind in KINDS
    ]


if __name__ == "__main__":
    (ROOT / "tests" / "docs" / "examples.ndjson").write_bytes(
        b"".join(events.encode(event) + b"\n" for event in asyncio.run(record()))
    )
