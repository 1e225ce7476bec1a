"""`python -m benchmarks.truth [--quick]`: play everything against everybody, and write `docs/explanation/truth.md`."""

import argparse
import asyncio
import logging
import os
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

from benchmarks.truth.cases import Case, cases
from benchmarks.truth.graphs import ADDRESS
from benchmarks.truth.page import page
from benchmarks.truth.peers.ag_ui import AgUi
from benchmarks.truth.peers.assistant import Assistant
from benchmarks.truth.peers.astream import AStream
from benchmarks.truth.peers.base import Reading
from benchmarks.truth.peers.dev_server import DevServer
from benchmarks.truth.peers.events_v3 import EventsV3
from benchmarks.truth.peers.ours import Ours
from benchmarks.truth.peers.server import dev_server
from benchmarks.truth.play import Player
from benchmarks.truth.table import Row, grid
from mainstem.testing import ScriptedProvider

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "truth.md"
IN_PROCESS: Sequence[type[Reading]] = (Ours, AStream, EventsV3, AgUi, Assistant)


async def measured(every: Sequence[Case]) -> list[Row]:
    """All cases against all peers: the peers side by side, each with a provider of its own, its cases in order."""
    return list(await asyncio.gather(*(_here(peer, every) for peer in IN_PROCESS), _there(every)))


async def _here(peer: type[Reading], every: Sequence[Case]) -> Row:
    async with ScriptedProvider([]) as provider:
        ADDRESS.set(provider.base_url)
        return await _row(peer, every, provider)


async def _there(every: Sequence[Case]) -> Row:
    async with ScriptedProvider([]) as provider, dev_server(provider.base_url) as address:
        DevServer.address = address
        return await _row(DevServer, every, provider)


async def _row(peer: type[Reading], every: Sequence[Case], provider: ScriptedProvider) -> Row:
    row, player, began = Row(peer), Player(provider), time.monotonic()
    for case in every:
        row.add(case, await player.play(peer, case))
    print(f"{peer.name}: {len(every)} cases in {time.monotonic() - began:.0f} s", flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer faults; the page is not written")
    parser.add_argument("--out", type=Path, help="where the page goes (default: docs/; nowhere with --quick)")
    given = parser.parse_args()
    # Peers log what they raise, and beta warnings come at every run: neither is a finding.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    os.environ.setdefault("OPENAI_API_KEY", "scripted")
    every, began = cases(quick=given.quick), time.monotonic()
    rows = asyncio.run(measured(every))
    for line in grid(rows):
        print(
            " | ".join(f"{cell[:44]:<44}" if not at else f"{cell[:24]:<24}" for at, cell in enumerate(line)).replace(
                "\\", ""
            )
        )
    if out := given.out or (None if given.quick else PAGE):
        out.write_text(page(rows, every, time.monotonic() - began), encoding="utf-8")
        print(f"written: {out}")


if __name__ == "__main__":
    main()
