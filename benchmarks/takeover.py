"""Kill one of two servers that share a PostgreSQL, again and again, at random moments of a run; count what is lost.

    uv run python -m benchmarks.takeover --kills 100

Each round starts a run through a server that is about to die, follows it through the other, kills the first after a
random time, and looks at what the follower and the journal have: every event once, the laws, the thread, the changes.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from httpx_sse import aconnect_sse

from mainstem import events as e
from mainstem import laws
from mainstem.stream.transcript import Transcript
from tests.machines.servers import LONG, ServerProcess
from tests.postgres import database, server

LEASE = 3.0
SECONDS = 2.0  # of a run, without a kill
WHOLE = " ".join(f"word{number}" for number in range(40))


@dataclass
class Round:
    """What one kill has shown."""

    faults: list[str] = field(default_factory=list)
    waited: float | None = None
    """Seconds from the kill to the next event that the follower saw; None: the run was over before."""
    taken_back: int = 0


async def follow(client: httpx.AsyncClient, run_id: str, seen: list[tuple[float, bytes]]) -> None:
    async with aconnect_sse(client, "GET", f"/runs/{run_id}/events") as source:
        async for each in source.aiter_sse():
            seen.append((time.monotonic(), each.data.encode()))  # noqa: PERF401 - it is looked at meanwhile


async def round_of(victim: ServerProcess, sister: ServerProcess, number: int, after: float) -> Round:
    found = Round()
    thread = f"thread-{number}"
    body = {"input": {"messages": [{"role": "user", "content": thread, "id": thread}]}, "thread": thread}
    async with victim.client() as dying, sister.client() as living:
        answer = await dying.post("/runs", json={**body, "on_disconnect": "continue"})
        answer.raise_for_status()
        run_id = answer.json()["run_id"]
        seen: list[tuple[float, bytes]] = []
        through_victim: list[tuple[float, bytes]] = []
        following = asyncio.create_task(follow(living, run_id, seen))
        cut = asyncio.create_task(follow(dying, run_id, through_victim))
        await asyncio.sleep(after)
        at = time.monotonic()
        await asyncio.to_thread(victim.end)
        await asyncio.gather(cut, return_exceptions=True)
        await asyncio.wait_for(following, 120)
        later = [when for when, _ in seen if when > at + 0.3]
        found.waited = later[0] - at if later else None
        told = [data for _, data in seen]
        again: list[tuple[float, bytes]] = []
        await follow(living, run_id, again)
        state = (await living.get(f"/threads/{thread}")).json()
    check(found, told, [data for _, data in again], [data for _, data in through_victim], json.dumps(state))
    return found


def check(found: Round, told: list[bytes], again: list[bytes], victim: list[bytes], state: str) -> None:
    events = list(map(e.decode, told))
    report = laws.check(told, replay=again)
    claims = {
        "a hole or a repetition in seq": [event.seq for event in events] == list(range(1, len(events) + 1)),
        f"the laws: {report}": report.ok,
        "the journal differs from what was followed": told == again,
        "what was shown by the victim is not what followed": told[: len(victim)] == victim,
        f"it did not end well: {told[-1]!r}": events[-1].type == "run.finished" and events[-1].status == "done",
        "the answer is not whole": Transcript.of(events).text.strip() == WHOLE,
        "the thread does not hold the answer once": state.count(WHOLE) == 1,
    }
    found.faults = [claim for claim, holds in claims.items() if not holds]
    found.taken_back = sum(isinstance(event, e.MessageSuperseded) for event in events)


async def measured(kills: int, seed: int, folder: Path, url: str) -> list[Round]:
    chance, rounds = random.Random(seed), list[Round]()

    def started(number: int, lease: float) -> ServerProcess:
        return ServerProcess("spoken", url, folder, number, lease)

    sister, victim = started(0, LONG), started(1, LEASE)
    await asyncio.to_thread(sister.wait)
    try:
        for number in range(1, kills + 1):
            await asyncio.to_thread(victim.wait)
            following = started(number + 1, LEASE) if number < kills else None
            rounds.append(await round_of(victim, sister, number, chance.uniform(0.0, SECONDS * 1.2)))
            print(number, rounds[-1], flush=True)
            victim = following or victim
    finally:
        sister.end()
        victim.end()
    return rounds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with server() as prefix, database(prefix) as url, tempfile.TemporaryDirectory() as folder:
        rounds = asyncio.run(measured(options.kills, options.seed, Path(folder), url))
    waits = sorted(each.waited for each in rounds if each.waited is not None)
    print(f"{len(rounds)} kills, {len(waits)} in the middle of a run; lease {LEASE:g} s")
    print(f"broken: {sum(bool(each.faults) for each in rounds)}")
    if waits:
        print(f"seconds without an event: median {waits[len(waits) // 2]:.2f}, longest {waits[-1]:.2f}")


if __name__ == "__main__":
    main()
