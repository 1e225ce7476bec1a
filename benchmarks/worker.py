"""The process of one subject: `python -m benchmarks.worker SUBJECT WIRE CORE OTHER_CORE`.

It reads a trial a line from standard input, as JSON, and answers each with a line of JSON.
"""

import asyncio
import json
import logging
import os
import sys
import warnings
from typing import TextIO

import mainstem
from benchmarks.subjects import subject
from benchmarks.trials import TRIALS

WARM_UP = json.dumps({"tokens": 50})


async def work(name: str, wire: str, core: int, other: int, out: TextIO) -> None:
    kind = subject(name)
    one = kind()
    # What a server starts has the measured core; its reader sits beside the wire.
    os.sched_setaffinity(0, {core})
    await one.open(wire)
    if kind.settled:
        mainstem.settle_gc()
    if kind.served:
        os.sched_setaffinity(0, {other})
    for _ in range(3):
        await one.read(WARM_UP, lambda _: None)
    print("ready", file=out, flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        trial, numbers = json.loads(line)
        try:
            found = await TRIALS[trial](one, **numbers)
        except Exception as error:  # noqa: BLE001 - a peer may raise anything, and the others go on
            found = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(found), file=out, flush=True)
    await one.close()


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a subject prints must not come between the answers
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    name, wire, core, other = sys.argv[1:]
    asyncio.run(work(name, wire, int(core), int(other), out))


if __name__ == "__main__":
    main()
