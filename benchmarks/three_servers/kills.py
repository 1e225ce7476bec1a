"""Kill one of three servers amid runs, at random; look at what followers, threads and changes show."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.three_servers.clients import Seen, begun, follow
from benchmarks.three_servers.machines import Cluster
from mainstem import events as e
from mainstem import laws
from mainstem.stream.transcript import Transcript

SECONDS = 2.0  # of a run, without a kill
WHOLE = " ".join(f"word{number}" for number in range(40))
SAID = sorted(["I looked.", "I changed it.", WHOLE])
"""What a run says, message by message."""


@dataclass
class Round:
    """What one kill has shown."""

    faults: list[str] = field(default_factory=list)
    waited: float | None = None
    """Seconds from the kill to the next event of a run that was the victim's; None: it was another's, or over."""


async def kill_once(cluster: Cluster, folder: Path, number: int, chance: random.Random) -> Round:
    """One run through each server, one follower of each through the balancer; one server dies."""
    victim, seen = chance.randrange(len(cluster.servers)), list[Seen]()
    threads = [f"thread-{number}-{each}" for each in range(len(cluster.servers))]
    runs = [await begun(server.url, thread) for server, thread in zip(cluster.servers, threads, strict=True)]
    seen = [[] for _ in runs]
    following = [
        asyncio.create_task(follow(cluster.url, run_id, into)) for run_id, into in zip(runs, seen, strict=True)
    ]
    await asyncio.sleep(chance.uniform(0.0, SECONDS * 1.2))
    at = time.monotonic()
    await asyncio.to_thread(cluster.servers[victim].end)
    await asyncio.wait_for(asyncio.gather(*following), 300)
    found = Round()
    later = [when for when, _ in seen[victim] if when > at + 0.3]
    found.waited = later[0] - at if later else None
    await cluster.replace(victim)
    for run_id, thread, told in zip(runs, threads, seen, strict=True):
        found.faults += await faults_of(cluster.url, folder, run_id, thread, [data for _, data in told])
    return found


async def faults_of(url: str, folder: Path, run_id: str, thread: str, told: list[bytes]) -> list[str]:
    """What is wrong with a run as it was followed."""
    again: Seen = []
    await follow(url, run_id, again)
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
        state = json.dumps((await client.get(f"/threads/{thread}")).json())
    events, replay = list(map(e.decode, told)), [data for _, data in again]
    report, changes = laws.check(told, replay=replay), folder / "gates" / f"{thread}.changed"
    shown = [each.text for each in Transcript.of(events).messages.values() if not each.superseded]
    claims = {
        "a hole or a repetition in seq": [event.seq for event in events] == list(range(1, len(events) + 1)),
        f"the laws: {report}": report.ok,
        "the journal differs from what was followed": told == replay,
        f"it did not end well: {told[-1]!r}": isinstance(events[-1], e.RunFinished) and events[-1].status == "done",
        "the answer is not whole": WHOLE in Transcript.of(events).text,
        f"not each message of the thread is shown once: {shown}": sorted(shown) == SAID,
        "the thread does not hold the answer once": state.count(WHOLE) == 1,
        "a change was made twice": not changes.exists() or len(changes.read_text()) == 1,
    }
    return [f"{run_id}: {claim}" for claim, holds in claims.items() if not holds]


async def kills(cluster: Cluster, folder: Path, count: int, seed: int) -> list[Round]:
    """So many kills, one after the other."""
    chance, rounds = random.Random(seed), list[Round]()
    for number in range(count):
        rounds.append(await kill_once(cluster, folder, number, chance))
        print(f"kill {number + 1}: {rounds[-1]}", flush=True)
    return rounds
