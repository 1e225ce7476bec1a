"""Three servers behind nginx, each replaced in its turn while runs go on: nothing is lost, and nothing done twice."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from mainstem import events as e
from mainstem import laws
from mainstem.stream.transcript import Transcript

from ..ports import free_port
from ..waiting import eventually
from . import nginx
from .following import WHOLE, begun, come_back, open_gate, reached
from .servers import ServerProcess

pytestmark = [pytest.mark.real, pytest.mark.skipif(nginx.PROGRAM is None, reason="nginx is not installed")]

LEASE = 3600.0
"""Nobody is taken for dead while the test lasts: what goes on elsewhere was handed over."""


def looked(folder: Path, name: str) -> str:
    return folder.joinpath("gates", f"{name}.looked").read_text()


async def test_a_rolling_restart_loses_nothing_and_repeats_nothing(database_url, tmp_path):
    ports = [free_port() for _ in range(3)]
    started: list[ServerProcess] = []

    def start(number: int) -> ServerProcess:
        more = {"port": ports[number], "MAINSTEM_DRAIN_SECONDS": 0}
        started.append(ServerProcess("graph", database_url, tmp_path, len(started), LEASE, **more))
        return started[-1]

    try:
        servers = [start(number) for number in range(3)]
        for each in servers:
            await asyncio.to_thread(each.wait)
        async with nginx.before(tmp_path / "nginx", ports) as client:
            runs = {name: await begun(client, name) for name in ("a", "b", "c")}
            following = {name: asyncio.create_task(come_back(client, run_id)) for name, run_id in runs.items()}
            for name in runs:
                await reached(tmp_path, name)
            for number, old in enumerate(servers):
                old.signal(signal.SIGTERM)
                await eventually(lambda old=old: old.refuses())
                name = f"between-{number}"
                runs[name] = await begun(client, name)  # with one server less, nobody is refused
                following[name] = asyncio.create_task(come_back(client, runs[name]))
                await reached(tmp_path, name)
                await asyncio.to_thread(start(number).wait)
            for name in runs:
                open_gate(tmp_path, name)
            told = {name: await each for name, each in following.items()}
            states = {name: (await client.get(f"/threads/thread-{name}")).text for name in runs}
    finally:
        for each in started:
            each.end()
    for name, lines in told.items():
        events = list(map(e.decode, lines))
        assert [event.seq for event in events] == list(range(1, len(events) + 1)), name
        assert json.loads(lines[-1])["status"] == "done", lines[-1]
        assert laws.check(lines).ok, f"{name}: {laws.check(lines)}"
        assert Transcript.of(events).text == WHOLE
        assert looked(tmp_path, name) == "x", name
        assert states[name].count(WHOLE) == 1
    moved = [name for name, lines in told.items() if b'"message.superseded"' in b"".join(lines)]
    assert {"a", "b", "c"} <= set(moved)  # each of the three was handed over at least once
