"""Three servers behind nginx over one PostgreSQL: what following costs, and what a kill does.

    uv run python benchmarks/cluster.py --kills 100
    uv run python benchmarks/cluster.py --kills 3 --readers 100 --runs 5      # a look

Figures are of this machine; the ratio is between two servers that were measured in turns in one run.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.three_servers.clients import Seen, begun, follow, read_raw
from benchmarks.three_servers.costs import Cost, costs
from benchmarks.three_servers.kills import kills
from benchmarks.three_servers.machines import Cluster
from tests.postgres import database, server

LEASE = 3.0


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def delays(cluster: Cluster, runs: int) -> list[float]:
    """Seconds by which each event of a run comes later through another process than through its own."""
    found: list[float] = []
    for number in range(runs):
        mine, other = cluster.servers[number % 3], cluster.servers[(number + 1) % 3]
        run_id = await begun(mine.url, f"delay-{number}")
        here, there = Seen(), Seen()
        await asyncio.gather(follow(mine.url, run_id, here), follow(other.url, run_id, there))
        found += [later - first for (first, _), (later, _) in zip(here, there, strict=True)]
    return found


async def readers(cluster: Cluster, count: int) -> tuple[int, float]:
    """How many of so many readers of one run saw exactly what the first saw, and how long the slowest took."""
    run_id = await begun(cluster.url, "read")
    began = time.monotonic()
    told = await asyncio.gather(*(read_raw(cluster.url, run_id) for _ in range(count)))
    whole = max(told, key=len)
    return sum(each == whole for each in told), time.monotonic() - began


def tell_costs(found: list[Cost], streams: int, words: int) -> None:
    said = streams * words
    for each in found:
        print(
            f"of {said} words in {each.lines} events: {each.files / said * 1e6:.0f} µs of a server with files, "
            f"{each.shared / said * 1e6:.0f} µs of one with PostgreSQL, {each.database / said * 1e6:.0f} µs of the "
            f"database, {each.wal / said:.0f} bytes written ahead, each",
            flush=True,
        )
    alone = statistics.median(each.ratio for each in found)
    beside = statistics.median(each.ratio_with_database for each in found)
    text = f"answers of {words} words, {streams} streams at once, median of {len(found)} rounds"
    print(
        f"streams a core, PostgreSQL × files: {alone:.2f}; with the database's own CPU {beside:.2f} ({text})",
        flush=True,
    )


async def measured(url: str, folder: Path, given: argparse.Namespace) -> None:
    for words in given.words if given.rounds else []:
        tell_costs(await costs(url, folder, given.rounds, given.streams, words), given.streams, words)
    if not given.servers:
        return
    with Cluster("changed", url, folder, 3, LEASE) as cluster:
        late = await delays(cluster, given.runs)
        if late:
            text = f"{quantile(late, 0.5) * 1000:.0f} ms, p99 {quantile(late, 0.99) * 1000:.0f} ms"
            print(f"added by following through another process, p50 {text}, of {len(late)} events", flush=True)
        if given.readers:
            same, took = await readers(cluster, given.readers)
            print(f"{same} of {given.readers} readers saw the same, the last after {took:.1f} s", flush=True)
        rounds = await kills(cluster, folder, given.kills, given.seed)
    waits = sorted(each.waited for each in rounds if each.waited is not None)
    print(f"{len(rounds)} kills, {len(waits)} amid a run: {sum(bool(each.faults) for each in rounds)} with a fault")
    if waits:
        print(f"seconds until it went on, lease {LEASE:g}: median {statistics.median(waits):.2f}, most {waits[-1]:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python benchmarks/cluster.py", description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100, help="how often one of the servers is killed (default: 100)")
    parser.add_argument("--readers", type=int, default=2000, help="readers of one run at once (default: 2000)")
    parser.add_argument("--runs", type=int, default=20, help="runs that are followed through two servers (default: 20)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the ratio (default: 3; 0: none)")
    words = "words of the answers that the ratio is measured with, 20 a second (default: 40 200 400)"
    parser.add_argument("--words", type=int, nargs="+", default=[40, 200, 400], help=words)
    parser.add_argument("--no-servers", action="store_false", dest="servers", help="the ratio alone")
    parser.add_argument("--streams", type=int, default=40, help="streams at once in a round (default: 40)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    os.environ |= {"MAINSTEM_SERVE_STREAMS": "20000", "MAINSTEM_SERVE_RUNS": "20000"}
    with server() as prefix, database(prefix) as url, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        asyncio.run(measured(url, Path(folder), given))


if __name__ == "__main__":
    main()
