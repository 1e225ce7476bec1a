"""Our agent on LangGraph's server, with MAINSTEM_DATABASE_URL: what it keeps itself is in that database."""

import psycopg
import pytest
from langgraph_sdk import get_client

from mainstem import events as e
from tests.conftest import ROOT
from tests.e2e.conftest import dev_server
from tests.e2e.remotes import Mounted, ask

from .test_agent_server import NOTE, script

pytestmark = pytest.mark.real


async def test_the_journal_and_the_ledger_are_in_the_database(database_url, tmp_path):
    with dev_server(ROOT, tmp_path, MAINSTEM_DATABASE_URL=database_url) as server:
        client = get_client(url=server.url)
        thread = (await client.threads.create())["thread_id"]
        await client.runs.wait(thread, "agent", input=ask("Note it."), context=script(tmp_path, [NOTE]))
        mounted = Mounted(server)
        (asked,) = (await mounted.get(f"/threads/{thread}")).json()["interrupts"]
        decisions = {asked["interrupt_id"]: {"decisions": [{"type": "approve"}]}}
        run_id = (await mounted.post(f"/threads/{thread}/resume", {"decisions": decisions}))["run_id"]
        seen = [event async for event in mounted.events(run_id)]
        assert seen[-1].status == "done"
        async with await psycopg.AsyncConnection.connect(database_url, options="-c search_path=mainstem") as connection:
            claims = await connection.execute("SELECT thread, tool, status FROM claims WHERE tool <> 'question'")
            assert await claims.fetchall() == [(thread, "save_note", "success")]
            kept = await connection.execute("SELECT data FROM events WHERE run_id = %s ORDER BY seq", (run_id,))
            assert [e.decode(bytes(row[0])) for row in await kept.fetchall()] == seen
        assert {file.name for file in server.home.glob("*.sqlite")} <= {"index.sqlite"}
