"""What the journal costs an event: `python -m benchmarks.alone.records CORE EVENTS`.

The peer puts the same lines into a bare SQLite table, committing every 50 ms as the journal does. Prints JSON.
"""

import asyncio
import json
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from mainstem.stores.journal.sqlite import SqliteJournal
from mainstem.stores.journal.writer import BATCH_SECONDS
from mainstem.stream.events import MessageDelta, encode


def lines(count: int) -> list[bytes]:
    """Deltas as an answer has them."""
    run = "0" * 32
    return [
        encode(
            MessageDelta(
                seq=number, run_id=run, at=number / 50, node="call_model", task_id=run, message_id=f"lc_run--{run}",
                text=" stem", n=1, first_at=number / 50, last_at=number / 50, tokens=number, words=number,
            )
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


async def ours(file: Path, data: list[bytes]) -> None:
    journal = SqliteJournal(file)
    run = journal.open("0" * 32, "t", "agent", {}, "2026-01-01")
    for seq, line in enumerate(data, 1):
        run.write(seq, line)
    run.finish("done", 1.0)
    await journal.close()


async def bare(file: Path, data: list[bytes]) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE events (run_id TEXT, seq INTEGER, data TEXT, PRIMARY KEY (run_id, seq))")
    until = 0.0
    for seq, line in enumerate(data, 1):
        if time.monotonic() > until:
            connection.execute("COMMIT") if connection.in_transaction else None
            connection.execute("BEGIN IMMEDIATE")
            until = time.monotonic() + BATCH_SECONDS
        connection.execute("INSERT INTO events VALUES (?, ?, ?)", ("0" * 32, seq, line))
    connection.execute("COMMIT")
    connection.close()


def measured(folder: Path, count: int) -> dict[str, Any]:
    data, found = lines(count), {}
    for name, way in (("mainstem", ours), ("bare", bare)):
        file = folder / f"{name}.sqlite"
        wall, cpu = time.perf_counter(), time.process_time()
        asyncio.run(way(file, data))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        found[name] = {"wall": wall / count, "cpu": cpu / count, "bytes": file.stat().st_size / count}
    return {**found, "line": sum(map(len, data)) / count}


def main() -> None:
    os.sched_setaffinity(0, {int(sys.argv[1])})
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        print(json.dumps(measured(Path(folder), int(sys.argv[2]))))


if __name__ == "__main__":
    main()
