"""Two instances of an Agent Server, one of them killed: what becomes of the runs, and of those who watch them.

    python -m benchmarks.killed URL_TO_KILL URL_THAT_STAYS PID_TO_KILL

Starts runs at both, follows each at the instance where it was started, ends the first with SIGKILL while the model is
in the middle of its answers, and waits. A reader whose connection breaks comes back to the other instance with the id
of the last event it saw. Exit code 1 if a run did not finish with its whole answer.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from langgraph_sdk import get_client

RUNS = 12
WORDS = " ".join(f"word{number}" for number in range(40)) + "."
DELAY = 0.15
"""Seconds a word: an answer takes about six."""

BEFORE = 2.0
"""Seconds from the first run to the kill."""

PATIENCE = 240.0
"""Seconds after the kill in which all must be over."""

MODES = ["messages-tuple", "updates", "custom"]


@dataclass
class Followed:
    """One run, and what a reader saw of it."""

    number: int
    url: str
    thread: str
    run: str
    last: str | None = None
    breaks: int = 0
    ended: float | None = None
    words: dict[str, str] = field(default_factory=dict)


def script(folder: Path, *, searches: bool) -> str:
    """A model that talks slowly, some after a look at the documents."""
    look = {"tool_call": {"name": "search_documents", "args": {"query": "resume a stream"}}}
    say = {"words": WORDS, "delay": DELAY}
    file = folder / f"{uuid4().hex}.json"
    file.write_text(json.dumps({"turns": [[look], [say]] if searches else [[say]], "repeat": True}))
    return f"scripted:{file}"


async def begin(number: int, url: str, folder: Path) -> Followed:
    client = get_client(url=url)
    thread = (await client.threads.create())["thread_id"]
    message: dict[str, Any] = {"role": "user", "content": f"Tell me, number {number}."}
    if number % 2:
        message["id"] = uuid4().hex
    run = await client.runs.create(
        thread,
        "agent",
        input={"messages": [message]},
        context={"model": script(folder, searches=number % 3 == 0)},
        stream_mode=MODES,
        stream_resumable=True,
    )
    return Followed(number, url, thread, run["run_id"])


async def follow(run: Followed, other: str) -> None:
    """Read the run's stream to its end; where the connection breaks, at the other instance."""
    url = run.url
    while run.ended is None:
        try:
            stream = get_client(url=url).runs.join_stream(
                run.thread, run.run, stream_mode=MODES, last_event_id=run.last
            )
            async for part in stream:
                run.last = part.id or run.last
                take(run, part)
            run.ended = time.monotonic()
        except httpx.HTTPError:
            run.breaks, url = run.breaks + 1, other
            await asyncio.sleep(0.2)


def take(run: Followed, part: Any) -> None:
    if part.event == "messages" and part.data[0]["type"] == "AIMessageChunk":
        said = part.data[0]
        run.words[said["id"]] = run.words.get(said["id"], "") + str(said["content"])


async def outcome(run: Followed, url: str) -> dict[str, Any]:
    client = get_client(url=url)
    status = (await client.runs.get(run.thread, run.run))["status"]
    messages = ((await client.threads.get_state(run.thread))["values"] or {}).get("messages") or []
    last = messages[-1] if messages else {"content": ""}
    return {
        "status": status,
        "whole": last["content"] == WORDS,
        "shown": WORDS in run.words.values(),
        "asked": sum(message["type"] == "human" for message in messages),
        "answers": sum(message["type"] == "ai" for message in messages),
    }


async def main(killed: str, stays: str, pid: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        runs = await asyncio.gather(*(begin(n, (killed, stays)[n % 4 // 2], Path(folder)) for n in range(RUNS)))
        readers = [asyncio.create_task(follow(run, stays)) for run in runs]
        await asyncio.sleep(BEFORE)
        os.kill(pid, signal.SIGKILL)
        at = time.monotonic()
        await asyncio.wait(readers, timeout=PATIENCE)
        found = [await outcome(run, stays) for run in runs]
    return told(runs, found, at)


def told(runs: list[Followed], found: list[dict[str, Any]], at: float) -> int:
    print(
        f"{'run':>3} {'began at':<8} {'breaks':>6} {'over after':>10}  status, whole answer kept, shown, asked, answers"
    )
    for run, end in zip(runs, found, strict=True):
        after = f"{run.ended - at:.1f} s" if run.ended else "never"
        where = "killed" if run.url == runs[0].url else "other"
        print(f"{run.number:3} {where:<8} {run.breaks:6} {after:>10}  {', '.join(map(str, end.values()))}")
    print(Counter(end["status"] for end in found))
    return 0 if all(end["status"] == "success" and end["whole"] for end in found) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
