"""What one subject is put through, inside its own process. Each trial is a function of the subject and its numbers."""

import asyncio
import gc
import json
import random
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.process import cpu_seconds, high_water, reset_high_water, resident
from benchmarks.subjects.base import Subject
from benchmarks.wire import clock

Found = dict[str, Any]
Trial = Callable[..., Awaitable[Found]]

STAMP = re.compile(rb"~(\d{11})~")
PATIENCE = 60.0
"""Seconds after which a trial that hangs is given up."""
QUIET = 0.7
"""Seconds between the start of a fleet and its measurement, and between two trials."""
ANSWER = 8.0
"""Seconds that an answer of the fleet lasts: shorter ones would measure how fast runs begin."""
FIRST_WORD = 1.0
"""Seconds that a first word has: who asked later than that before the end of a trial is not counted."""


class Notes:
    """What one stream gave, and when."""

    def __init__(self) -> None:
        self.asked = clock()
        self._taken: list[tuple[float, Any]] = []

    def take(self, piece: Any) -> None:
        self._taken.append((clock(), piece))

    @property
    def first(self) -> float:
        """Seconds to the first piece with a token in it; infinite when none came."""
        return next(iter(self.arrivals().values()), float("inf")) - self.asked

    def arrivals(self) -> dict[float, float]:
        """When each token was first seen, by the time of its sending. A piece may end inside of a token."""
        found: dict[float, float] = {}
        rest = b""
        for at, piece in self._taken:
            data = rest + (piece if isinstance(piece, bytes) else str(piece).encode())
            end = 0
            for stamp in STAMP.finditer(data):
                found.setdefault(int(stamp.group(1)) / 1e6, at)
                end = stamp.end()
            rest = data[max(end, len(data) - 13) :]
        return found


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values) or [float("nan")]
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def fleet(subject: Subject, streams: int, rate: int, seconds: float) -> Found:
    """So many people, each asking again as soon as an answer ends, begun at random over the length of one answer.

    Measured for `seconds` when all have begun, and then left: tokens and first words that came, or were sent, within.
    """
    question = json.dumps({"rate": rate, "tokens": int(rate * ANSWER)})
    notes: list[Notes] = []
    begins = random.Random(streams)  # the same for every subject
    begin = clock() + 0.1

    async def person(after: float) -> None:
        await asyncio.sleep(max(0.0, begin + after - clock()))
        while True:
            notes.append(mine := Notes())
            await subject.read(question, mine.take)

    people = [asyncio.create_task(person(begins.uniform(0, ANSWER))) for _ in range(streams)]
    await asyncio.sleep(begin + ANSWER + QUIET - clock())
    cpu, since = cpu_seconds(subject.pid), clock()
    await asyncio.sleep(seconds)
    cpu, until = cpu_seconds(subject.pid) - cpu, clock()
    failed = [task for task in people if task.done()]
    await leave(people)
    late = [at - sent for one in notes for sent, at in one.arrivals().items() if since <= at < until]
    first = [one.first for one in notes if since <= one.asked < until - FIRST_WORD]
    return {
        "late_p50": quantile(late, 0.5),
        "late_p99": quantile(late, 0.99),
        "first_p99": quantile(first, 0.99),
        "share": len(late) / (streams * rate * (until - since)),
        "cpu": cpu / (until - since),
        "cpu_per_token": cpu / max(1, len(late)),
        "failed": repr(failed[0].exception()) if failed else "",
    }


async def leave(people: list[asyncio.Task[None]]) -> None:
    """All go, and what they leave behind gets the time to end: it is no part of the next trial."""
    for task in people:
        task.cancel()
    await asyncio.wait(people, timeout=PATIENCE)
    await asyncio.sleep(QUIET)


async def burst(subject: Subject, tokens: int, *, prose: bool = False) -> Found:
    """One answer, faster than it can be read."""
    pieces, size = 0, 0

    def note(piece: Any) -> None:
        nonlocal pieces, size
        pieces, size = pieces + 1, size + len(piece)

    before = resident(subject.pid)
    reset_high_water(subject.pid)
    cpu, wall = cpu_seconds(subject.pid), time.perf_counter()
    async with asyncio.timeout(PATIENCE * 10):
        await subject.read(json.dumps({"tokens": tokens, "prose": prose}), note)
    wall, cpu = time.perf_counter() - wall, cpu_seconds(subject.pid) - cpu
    peak = high_water(subject.pid) - before
    return {"cpu": cpu / tokens, "wall": wall / tokens, "peak": peak, "pieces": pieces, "size": size}


async def paced(subject: Subject, rate: int, tokens: int, *, prose: bool = False) -> Found:
    """One answer at a person's pace, alone on the machine; of prose, without the times at which tokens were sent."""
    mine = Notes()
    cpu, began = cpu_seconds(subject.pid), time.perf_counter()
    await subject.read(json.dumps({"rate": rate, "tokens": tokens, "prose": prose}), mine.take)
    seconds, cpu = time.perf_counter() - began, cpu_seconds(subject.pid) - cpu
    added = [at - sent for sent, at in mine.arrivals().items()]
    return {
        "first": mine.first,
        "delay_p50": quantile(added, 0.5),
        "delay_p99": quantile(added, 0.99),
        "seconds": seconds,
        "cpu": cpu,
        "tokens": len(added),
    }


async def held(subject: Subject, streams: int, tokens: int) -> Found:
    """So many answers left open after their first tokens: what each holds in memory."""
    question = json.dumps({"tokens": tokens, "hold": True})
    await subject.read(json.dumps({"tokens": tokens}), lambda _: None)
    gc.collect()
    before, last = resident(subject.pid), time.monotonic()

    def note(_: Any) -> None:
        nonlocal last
        last = time.monotonic()

    people = [asyncio.create_task(subject.read(question, note)) for _ in range(streams)]
    while time.monotonic() - last < 1.0:  # noqa: ASYNC110 - it is silence that is waited for
        await asyncio.sleep(0.1)
    gc.collect()
    after = resident(subject.pid)
    await leave(people)
    return {"bytes": (after - before) / streams}


async def watched(subject: Any, runs: int, watchers: int, rate: int, tokens: int) -> Found:
    """So many runs of a server at once, each followed by so many readers: the server's CPU for a token of a run."""
    question = json.dumps({"rate": rate, "tokens": tokens})
    cpu = cpu_seconds(subject.pid)
    ids = await asyncio.gather(*(subject.start(question) for _ in range(runs)))
    everyone = [subject.follow(run_id, lambda _: None) for run_id in ids for _ in range(watchers)]
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*everyone)
    return {"cpu": (cpu_seconds(subject.pid) - cpu) / (runs * tokens)}


TRIALS: dict[str, Trial] = {"fleet": fleet, "burst": burst, "paced": paced, "held": held, "watched": watched}
