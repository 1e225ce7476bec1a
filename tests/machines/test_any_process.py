"""Any request to any process; and a run whose process is killed, or paused until it is taken for dead."""

import asyncio
import json
import signal

import pytest

from mainstem import events as e
from mainstem import laws
from mainstem.stream.transcript import Transcript

from .following import WHOLE, begun, lines, open_gate, polled, question, reached, shown
from .servers import LONG, SHORT, servers

pytestmark = pytest.mark.real


async def completion(client, text: str) -> str:
    """The answer to an OpenAI client that waits for the whole of it."""
    body = {"model": "gated", "messages": [{"role": "user", "content": text}]}
    answer = await client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]["message"]["content"]


async def test_a_run_is_followed_stopped_and_listed_through_any_process(database_url, tmp_path):
    with servers("graph", database_url, tmp_path, LONG, LONG, LONG) as (one, two, three):
        async with one.client() as a, two.client() as b, three.client() as c:
            run_id = await begun(a, "followed")
            following = [asyncio.create_task(lines(each, run_id)) for each in (a, b, c)]
            await reached(tmp_path, "followed")
            await shown(c, run_id, "half")
            assert (await c.head(f"/runs/{run_id}/stream")).headers["stream-next-offset"] != f"{0:016d}"
            polling = asyncio.create_task(polled(b, run_id))
            busy = await c.post("/runs", json=question("followed"))
            assert busy.status_code == 409
            async with c.stream("GET", "/ai-sdk/thread-followed/stream") as resumed:
                assert resumed.status_code == 200
                open_gate(tmp_path, "followed")
                told = await asyncio.gather(*following)
                chunks = (await resumed.aread()).decode()
            assert told[0] == told[1] == told[2]
            assert await polling == list(map(json.loads, told[0]))
            assert "second." in chunks
            assert laws.check(told[0]).ok
            assert Transcript.of(map(e.decode, told[0])).text == WHOLE

            run_id = await begun(a, "stopped")
            following = [asyncio.create_task(lines(each, run_id)) for each in (b, c)]
            await shown(b, run_id, "first")
            assert (await c.post(f"/runs/{run_id}/stop")).status_code == 202
            told = await asyncio.gather(*following)
            assert told[0] == told[1]
            assert json.loads(told[0][-1])["status"] == "stopped", told[0][-1]
            assert (await b.get(f"/runs/{run_id}")).json()["status"] == "stopped"
            threads = (await c.get("/threads")).json()["threads"]
            assert {thread["thread_id"] for thread in threads} == {"thread-followed", "thread-stopped"}


async def test_a_decision_is_made_through_another_process(database_url, tmp_path):
    with servers("decided", database_url, tmp_path, LONG, LONG) as (one, two):
        async with one.client() as a, two.client() as b:
            run_id = await begun(a, "decided")
            (interrupt,) = [event for event in map(e.decode, await lines(b, run_id)) if isinstance(event, e.Interrupt)]
            body = {"decisions": {interrupt.interrupt_id: {"decisions": [{"type": "approve"}]}}}
            answer = await b.post("/threads/thread-decided/resume", json=body)
            assert answer.status_code == 201, answer.text
            told = await lines(a, answer.json()["run_id"])
            assert json.loads(told[-1])["status"] == "done"
            state = (await a.get("/threads/thread-decided")).json()
            assert "It was decided: approve." in json.dumps(state)


async def test_a_killed_process_is_succeeded(database_url, tmp_path):
    with servers("graph", database_url, tmp_path, SHORT, LONG) as (one, two):
        async with one.client() as a, two.client() as b:
            run_id = await begun(a, "killed")
            before = await shown(a, run_id, "first")
            following = asyncio.create_task(lines(b, run_id))
            await reached(tmp_path, "killed")
            one.end()
            open_gate(tmp_path, "killed")
            told = await following
            assert told[: len(before)] == before
            events = list(map(e.decode, told))
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            assert events[-1].status == "done", events[-1]
            assert laws.check(told).ok, str(laws.check(told))
            assert Transcript.of(events).text == WHOLE
            superseded = [event.reason for event in events if isinstance(event, e.MessageSuperseded)]
            assert superseded == ["retry"], b"\n".join(told).decode()
            assert tmp_path.joinpath("gates", "killed.looked").read_text() == "x"
            state = (await b.get("/threads/thread-killed")).json()
            assert json.dumps(state).count(WHOLE) == 1


async def test_a_paused_process_writes_nothing_when_it_wakes(database_url, tmp_path):
    with servers("graph", database_url, tmp_path, SHORT, LONG) as (one, two):
        async with one.client() as a, two.client() as b:
            run_id = await begun(a, "paused")
            through_the_paused = asyncio.create_task(lines(a, run_id))
            to_another_client = asyncio.create_task(completion(a, "completed"))
            await reached(tmp_path, "paused")
            await reached(tmp_path, "completed")
            one.signal(signal.SIGSTOP)
            following = asyncio.create_task(lines(b, run_id))
            open_gate(tmp_path, "paused")
            open_gate(tmp_path, "completed")
            told = await following
            one.signal(signal.SIGCONT)
            assert await through_the_paused == told
            assert await to_another_client == WHOLE
            assert Transcript.of(map(e.decode, told)).text == WHOLE
            assert laws.check(told).ok, str(laws.check(told))
            await begun(a, "afterwards")  # it has joined again, under a new number
            open_gate(tmp_path, "afterwards")
            assert await lines(b, run_id) == told
