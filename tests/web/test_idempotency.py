"""`Idempotency-Key`: one run a key and address, whoever sends it again and whenever."""

import asyncio
import sqlite3

from fastapi import FastAPI

from mainstem import Session, Settings
from mainstem.web.idempotency import IdempotencyStore
from mainstem.web.routes import routes
from mainstem.web.run_manager import RunManager
from tests.waiting import eventually
from tests.web import graphs

from .served import HI, STREAM, door, ending, followed, problem, serving, started

KEY = {"Idempotency-Key": "one"}
APPROVE_TWO = {"decisions": [{"type": "approve"}] * 2}


async def waiting(client, thread):
    """The decisions that approve what a thread waits for, after one run of it."""
    run_id, _ = await started(client, {**HI, "thread": thread})
    await followed(client, run_id)
    (asked,) = (await client.get(f"/threads/{thread}")).json()["interrupts"]
    return {asked["interrupt_id"]: APPROVE_TWO}


async def test_a_key_counts_for_its_path():
    async with door(graphs.asking) as (client, _):
        bodies = {thread: {"decisions": await waiting(client, thread)} for thread in ("a", "b")}
        first = await client.post("/threads/a/resume", json=bodies["a"], headers=KEY)
        problem(await client.post("/threads/b/resume", json=bodies["a"], headers=KEY), 422)  # and not the first's run
        second = await client.post("/threads/b/resume", json=bodies["b"], headers=KEY)
        asked = await client.post("/runs", json=HI, headers=KEY)
        again = await client.post("/threads/a/resume", json=bodies["a"], headers=KEY)
    assert (first.json()["thread_id"], second.json()["thread_id"]) == ("a", "b")
    assert asked.json()["thread_id"] not in ("a", "b")
    assert again.json() == first.json()


async def test_a_key_survives_a_restart(tmp_path):
    home = Settings(home=tmp_path / "home")
    async with door(graphs.answer, home) as (client, _):
        run_id, thread = await started(client, HI, **KEY)
        whole = await followed(client, run_id)
    async with door(graphs.answer, home) as (client, _):
        assert await started(client, HI, **KEY) == (run_id, thread)
        again = await client.post("/runs", json=HI, headers={**KEY, **STREAM})
        problem(await client.post("/runs", json={**HI, "tags": {"a": "b"}}, headers=KEY), 422)
        assert len((await client.get("/runs")).json()["runs"]) == 1
    assert again.headers["x-run-id"] == run_id
    assert whole[-1][2] in again.text


async def leave(client, body):
    """Begin a stream with a key and break the connection; the run's id."""
    async with client.stream("POST", "/runs", json=body, headers={**KEY, **STREAM}) as answer:
        await anext(answer.aiter_lines())
        return answer.headers["x-run-id"]


async def test_with_a_key_a_broken_connection_does_not_stop_the_run():
    async with door(graphs.talking) as (client, manager):
        run_id = await leave(client, HI)
        await eventually(lambda: manager.streams.inside == 0)
        run = manager.runs.live(run_id)
        assert [going.run_id for going in manager.runs.running] == [run_id]
        async with client.stream("POST", "/runs", json=HI, headers={**KEY, **STREAM}) as answer:
            assert answer.headers["x-run-id"] == run_id
            assert await anext(answer.aiter_lines()) == "id: 1"
        await run.stop()


async def test_a_body_may_say_that_a_broken_connection_stops_the_run():
    async with door(graphs.talking) as (client, _):
        run_id = await leave(client, {**HI, "on_disconnect": "stop"})
        assert ending(await followed(client, run_id))["status"] == "stopped"


async def test_a_request_that_was_cut_short_starts_nothing_more(tmp_path):
    manager = RunManager(Session(Settings(home=tmp_path / "home"), graph=graphs.answer))
    path = tmp_path / "home" / "idempotency.sqlite"
    hasty = IdempotencyStore(manager, starting_seconds=0.0, poll_seconds=0.01)
    app = FastAPI()
    app.include_router(routes(manager, hasty))
    async with serving(app, manager) as client:
        await started(client, HI, **KEY)
        await asyncio.to_thread(unsettled, path)  # as a kill between the claim and the start leaves it
        cut = problem(await client.post("/runs", json=HI, headers=KEY), 409)
        assert "/runs" in cut["hint"]
        assert len((await client.get("/runs")).json()["runs"]) == 1


def unsettled(path):
    with sqlite3.connect(path) as database:
        database.execute("UPDATE keys SET run_id = NULL")
    database.close()


async def test_a_key_that_cannot_be_kept_is_503(tmp_path):
    home = Settings(home=tmp_path / "home")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "idempotency.sqlite").write_text("This is no database, and not a short text either. " * 30)
    async with door(graphs.answer, home) as (client, manager):
        problem(await client.post("/runs", json=HI, headers=KEY), 503)
        assert manager.runs.running == []
