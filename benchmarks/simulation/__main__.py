"""Try the rules between processes with many seeds, and say which laws broke.

    uv run python -m benchmarks.simulation --seeds 100000
    uv run python -m benchmarks.simulation --seed 4711          # one, told step by step
    uv run python -m benchmarks.simulation --seeds 20 --processes 2000

What one seed makes is the same each time; a seed that breaks a law is a test case.
"""

import argparse
import logging
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from .world import try_seed


def tried(first: int, count: int, processes: int | None) -> list[tuple[int, str]]:
    """The seeds of a range that broke something, and what."""
    logging.disable(logging.CRITICAL)
    broken: list[tuple[int, str]] = []
    for seed in range(first, first + count):
        try:
            try_seed(seed, processes)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other seeds are tried, too
            broken.append((seed, f"{type(error).__name__}: {error}"))
    return broken


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulation", description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=1000, metavar="N", help="how many (default: 1000)")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the first one (default: 0)")
    parser.add_argument("--seed", type=int, metavar="N", help="this one alone")
    parser.add_argument("--processes", type=int, metavar="N", help="servers at a time (default: two to four)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="cores to use (default: 1)")
    given = parser.parse_args()
    if given.seed is not None:
        try_seed(given.seed, given.processes, tell=print)
        return
    began, size = time.monotonic(), 250
    ranges = [
        (first, min(size, given.seeds + given.first - first))
        for first in range(given.first, given.first + given.seeds, size)
    ]
    with ProcessPoolExecutor(given.workers) as pool:
        parts = [pool.submit(tried, first, count, given.processes) for first, count in ranges]
        broken = [each for part in parts for each in part.result()]
    print(f"{given.seeds} seeds in {time.monotonic() - began:.0f} s: {len(broken)} broke a law")
    for said, times in Counter(said for _, said in broken).most_common(20):
        first = next(seed for seed, told in broken if told == said)
        print(f"{times} × {said[:300]} (--seed {first})")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
