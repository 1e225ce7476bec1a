"""Programs that are measured alone: run in turns, each a new process, and the medians of what they print."""

import json
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.bench import Bench, Program


def program(module: str, *arguments: object) -> Any:
    """What `python -m benchmarks.alone.MODULE` prints."""
    one = Program(f"benchmarks.alone.{module}", *map(str, arguments))
    try:
        return json.loads(one.line())
    finally:
        one.end()


def turns(bench: Bench, calls: Sequence[Callable[[], Any]], rounds: int | None = None) -> list[list[Any]]:
    """What each call gave, one of each a round (default: the bench's number of rounds)."""
    found: list[list[Any]] = [[] for _ in calls]
    for _ in range(rounds or bench.rounds):
        for call, mine in zip(calls, found, strict=True):
            mine.append(call())
    return found


def median(found: Sequence[Any], *path: Any) -> float:
    """Of the figure at that path of each."""
    values = []
    for each in found:
        value = each
        for key in path:
            value = value[key]
        values.append(value)
    return statistics.median(values)
