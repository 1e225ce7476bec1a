"""What one process asks of a run of another, which serves nobody: as `mainstem ask` does, and any `Session`."""

import asyncio

import pytest
from pydantic import SecretStr

from mainstem import Session, Settings
from mainstem.stores.sharing import Command

from . import graph as gated
from .following import reached

pytestmark = pytest.mark.real


@pytest.mark.parametrize(("kind", "status"), [("stop", "stopped"), ("halt", "halted")])
async def test_a_run_that_nobody_serves_obeys(database_url, tmp_path, monkeypatch, kind, status):
    monkeypatch.setattr(gated, "GATES", tmp_path / "gates")
    await asyncio.to_thread((tmp_path / "gates").mkdir)
    settings = await asyncio.to_thread(lambda: Settings(home=tmp_path, database_url=SecretStr(database_url)))
    async with Session(settings, graph=gated.graph) as session, Session(settings, graph=gated.graph) as other:
        run = session.ask("asked", thread="t")
        await reached(tmp_path, "asked")
        await session.recorded()
        await other.stores.sharing.command(Command(run.run_id, kind, ""))
        assert (await run.result()).status == status
