"""Turn after turn of one thread on disk: `python -m benchmarks.alone.turns WHO CORE TURN…`.

WHO is `mainstem`, our agent with a scripted model, or `default`, a plain graph of one node with LangGraph's
`MessagesState` and `AsyncSqliteSaver`. Both are told 0.6 kB and answer 0.6 kB. Prints, for each of the given turns,
the medians of the 15 turns around it and the bytes of the thread's database up to it, as JSON.
"""

import asyncio
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

QUESTION = "What does the record say of this? " * 18
ANSWER = "It says what was written there. " * 19
AROUND = 7
Turn = Callable[[str], Awaitable[Any]]


@asynccontextmanager
async def mainstem(home: Path) -> AsyncGenerator[Turn]:
    from mainstem import Session
    from mainstem.settings import Settings

    script = home / "script.json"
    script.write_text(json.dumps({"repeat": True, "turns": [[{"text": ANSWER}]]}))
    settings = Settings(home=home, model=f"scripted:{script}", _env_file=None)  # type: ignore[call-arg]
    async with Session(settings) as session:
        yield lambda question: session.ask(question, thread="t").result()


@asynccontextmanager
async def default(home: Path) -> AsyncGenerator[Turn]:
    from langchain_core.messages import AIMessage
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
    from langgraph.graph import START, MessagesState, StateGraph

    async def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(ANSWER)]}

    async with AsyncSqliteSaver.from_conn_string(str(home / "threads.sqlite")) as saver:
        builder = StateGraph(MessagesState).add_node("answer", answer).add_edge(START, "answer")
        graph = builder.compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": "t"}}

        async def turn(question: str) -> None:
            modes: Any = ["messages", "updates", "custom"]
            async for _ in graph.astream({"messages": [("user", question)]}, config, stream_mode=modes, version="v2"):
                pass

        yield turn


def stored(file: Path) -> int:
    """Bytes of the database when everything is in it: what waits in its log is written over by the next turns."""
    with sqlite3.connect(file) as connection:
        ((pages,), (size,)) = (connection.execute(f"PRAGMA page_{name}").fetchone() for name in ("count", "size"))
    connection.close()
    return pages * size


async def measured(who: str, turns: list[int], home: Path) -> list[dict[str, float]]:
    walls, cpus, sizes = [], [], {}
    async with {"mainstem": mainstem, "default": default}[who](home) as turn:
        for number in range(1, max(turns) + AROUND + 1):
            wall, cpu = time.perf_counter(), time.process_time()
            await turn(f"{number}: {QUESTION}")
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
            if number in turns:
                sizes[number] = stored(home / "threads.sqlite")
    around = {number: slice(max(0, number - AROUND - 1), number + AROUND) for number in turns}
    return [
        {
            "turn": number,
            "wall": statistics.median(walls[where]),
            "cpu": statistics.median(cpus[where]),
            "bytes": sizes[number],
        }
        for number, where in around.items()
    ]


def main() -> None:
    who, core, *turns = sys.argv[1:]
    os.sched_setaffinity(0, {int(core)})
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as home:
        print(json.dumps(asyncio.run(measured(who, [int(turn) for turn in turns], Path(home)))))


if __name__ == "__main__":
    main()
