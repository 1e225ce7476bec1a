"""Starting, following, stopping and replaying runs, over real TCP."""

import asyncio
import json
from contextlib import aclosing
from functools import partial

import pytest
from httpx_sse import aconnect_sse
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import laws
from mainstem.events import MessageDelta
from mainstem.stores.journal.writer import WriteLimits
from mainstem.stream.steering import steered
from mainstem.web.timeouts import StreamTimeouts
from tests.waiting import eventually
from tests.web import graphs

from .served import HI, STREAM, door, ending, followed, problem, raw, started


async def test_a_run_is_started_and_followed_to_its_end():
    async with door(graphs.answer) as (client, _):
        answer = await client.post("/runs", json=HI)
        assert answer.status_code == 201
        run_id = answer.json()["run_id"]
        assert answer.headers["location"] == f"/runs/{run_id}"
        events = await followed(client, run_id)
        summary = (await client.get(answer.headers["location"])).json()
    assert [seq for seq, _, _ in events] == list(range(1, len(events) + 1))
    assert all(json.loads(data)["type"] == kind and json.loads(data)["seq"] == seq for seq, kind, data in events)
    assert ending(events)["status"] == "done"
    assert laws.check([data for _, _, data in events]).ok
    assert summary["status"] == "done"
    assert summary["events"] == len(events)


async def test_whoever_saw_the_end_of_a_run_finds_it_ended(monkeypatch):
    monkeypatch.setattr("mainstem.stores.journal.sqlite.WriteLimits", partial(WriteLimits, batch_seconds=1.0))
    async with door(graphs.slow) as (client, _):
        run_id, _ = await started(client)
        first = (await client.get(f"/runs/{run_id}")).json()  # its beginning is committed by now
        await client.post(f"/runs/{run_id}/stop")
        await followed(client, run_id)
        threads = (await client.get("/threads")).json()["threads"]
        last = (await client.get(f"/runs/{run_id}")).json()
    assert (first["status"], last["status"]) == (None, "stopped")
    assert [thread["running"] for thread in threads] == [None]


async def test_the_headers_keep_proxies_from_holding_the_stream_back():
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client)
        answer = await client.get(f"/runs/{run_id}/events")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"


async def test_a_question_goes_to_the_agent(extractive):
    async with door(settings=extractive) as (client, _):
        run_id, _ = await started(client, {"question": "When does the ferry sail?", "tags": {"team": "docs"}})
        events = await followed(client, run_id)
        summary = (await client.get(f"/runs/{run_id}")).json()
    assert "seven in the morning" in "".join(json.loads(d).get("text", "") for _, kind, d in events if "delta" in kind)
    assert summary["tags"] == {"team": "docs"}


async def test_an_inline_stream_is_the_same_run():
    async with door(graphs.answer) as (client, _):
        answer = await client.post("/runs", json=HI, headers=STREAM)
        again = await raw(client, answer.headers["x-run-id"])
    assert answer.status_code == 200
    assert answer.content == again


async def test_replay_equals_live_from_every_event():
    async with door(graphs.answer) as (client, manager):
        run_id, _ = await started(client)
        live = await raw(client, run_id)
        await eventually(lambda: manager.runs.live(run_id) is None)
        replayed = await raw(client, run_id)
        frames = [frame + b"\n\n" for frame in live.split(b"\n\n")[:-1]]
        for seq in range(1, len(frames) + 1):
            assert await raw(client, run_id, from_seq=seq) == b"".join(frames[seq - 1 :])
            rest = await client.get(f"/runs/{run_id}/events", headers={"Last-Event-ID": str(seq)})
            assert rest.content == b"".join(frames[seq:])
    assert replayed == live


async def test_a_run_outlives_the_server_that_made_it():
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client)
        live = await raw(client, run_id)
    async with door(graphs.answer) as (client, _):
        assert await raw(client, run_id) == live


async def test_a_dropped_stream_is_resumed_exactly_once():
    async with door(graphs.talking) as (client, manager):
        run_id, _ = await started(client)
        seen = []
        for _ in range(4):
            headers = {"Last-Event-ID": str(seen[-1])} if seen else {}
            async with aconnect_sse(client, "GET", f"/runs/{run_id}/events", headers=headers) as source:
                async for event in source.aiter_sse():
                    seen.append(int(event.id))
                    if len(seen) % 10 == 0:
                        break
        assert not manager.runs.live(run_id).finished
        await client.post(f"/runs/{run_id}/stop")
        seen += [seq for seq, _, _ in await followed(client, run_id, from_seq=seen[-1] + 1)]
    assert seen == list(range(1, len(seen) + 1))


@pytest.mark.parametrize("last", ["x", "-1", "1e9", "²", "null", "1.5"])
async def test_a_last_event_id_that_is_none_is_refused(last):
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client)
        answer = await client.get(f"/runs/{run_id}/events", headers={b"Last-Event-ID": last.encode()})
    problem(answer, 400)


@pytest.mark.parametrize("last", ["", "0", "9" * 400])
async def test_an_odd_last_event_id_is_no_error(last):
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client)
        whole = await raw(client, run_id)
        answer = await client.get(f"/runs/{run_id}/events", headers={b"Last-Event-ID": last.encode()})
    assert answer.status_code == 200
    assert answer.content == (b"" if last.startswith("999") else whole)


async def test_stop_ends_a_run_and_its_stream():
    async with door(graphs.talking) as (client, manager):
        run_id, thread = await started(client)
        following = asyncio.create_task(followed(client, run_id))
        async with aclosing(manager.runs.live(run_id).events()) as told:
            async for event in told:
                if isinstance(event, MessageDelta):
                    break
        assert (await client.post(f"/runs/{run_id}/stop")).status_code == 202
        events = await following
        assert ending(events)["status"] == "stopped"
        assert (await client.post(f"/runs/{run_id}/stop")).status_code == 202  # over is as good as stopped
        state = (await client.get(f"/threads/{thread}")).json()
    words = "".join(json.loads(data)["text"] for _, kind, data in events if kind == "message.delta")
    assert state["messages"][-1]["text"] == words  # what was shown is kept


async def test_a_supervisor_halts_a_run_and_says_why():
    async with door(graphs.talking) as (client, manager):
        run_id, thread = await started(client)
        following = asyncio.create_task(followed(client, run_id))
        async with aclosing(manager.runs.live(run_id).events()) as told:
            async for event in told:
                if isinstance(event, MessageDelta):
                    break
        assert (await client.post(f"/runs/{run_id}/halt", json={"text": "It rambles."})).status_code == 202
        events = await following
        assert (ending(events)["status"], ending(events)["reason"]) == ("halted", "supervisor")
        [notice] = [json.loads(data) for _, kind, data in events if kind == "notice"]
        assert (notice["kind"], notice["text"]) == ("review", "It rambles.")
        assert (await client.post(f"/runs/{run_id}/halt")).status_code == 202  # over is as good as halted
        state = (await client.get(f"/threads/{thread}")).json()
        assert (await client.post("/runs/nobody/halt")).status_code == 404
    words = "".join(json.loads(data)["text"] for _, kind, data in events if kind == "message.delta")
    assert state["messages"][-1]["text"] == words  # what was shown is kept


async def test_a_silent_stream_is_kept_alive():
    async with door(graphs.silent, timeouts=StreamTimeouts(heartbeat=0.1)) as (client, _):
        run_id, _ = await started(client)
        got = b""
        async with client.stream("GET", f"/runs/{run_id}/events") as answer:
            async for piece in answer.aiter_bytes():
                got += piece
                if got.count(b": ping\n\n") == 3:
                    break
    assert got.count(b": ping\n\n") == 3


# leaving


async def left_after(client, body, events):
    async with aconnect_sse(client, "POST", "/runs", json=body) as source:
        async for event in source.aiter_sse():
            if int(event.id) >= events:
                break
    return source.response.headers["x-run-id"]


async def test_leaving_an_inline_stream_stops_the_graph():
    async with door(graphs.talking) as (client, manager):
        run_id = await left_after(client, HI, 12)
        await eventually(lambda: not manager.runs.running)
        events = await followed(client, run_id)
    assert ending(events)["status"] == "stopped"


async def test_leaving_does_not_stop_what_is_to_continue():
    async with door(graphs.talking) as (client, manager):
        run_id = await left_after(client, {**HI, "on_disconnect": "continue"}, 12)
        await eventually(lambda: manager.streams.inside == 0)
        assert [run.run_id for run in manager.runs.running] == [run_id]
        await client.post(f"/runs/{run_id}/stop")


async def test_leaving_a_followed_run_does_not_stop_it():
    async with door(graphs.talking) as (client, manager):
        run_id, _ = await started(client)
        async with client.stream("GET", f"/runs/{run_id}/events") as answer:
            await anext(answer.aiter_bytes())
        await eventually(lambda: manager.streams.inside == 0)
        assert not manager.runs.live(run_id).finished
        await client.post(f"/runs/{run_id}/stop")


async def test_a_client_that_reads_nothing_is_let_go():
    async with door(graphs.flooding, timeouts=StreamTimeouts(patience=0.5)) as (client, manager):
        body = json.dumps(HI).encode()
        head = "POST /runs HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
        _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port, limit=1)
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)  # and not a word is read
        await eventually(lambda: manager.streams.inside == 1)
        (run,) = manager.runs.running
        await eventually(lambda: manager.streams.inside == 0)
        assert (await run.result()).status == "stopped"
        writer.transport.abort()


# what is refused


async def test_a_busy_thread_is_refused():
    async with door(graphs.talking) as (client, _):
        run_id, thread = await started(client)
        body = {**HI, "thread": thread}
        assert "busy" in problem(await client.post("/runs", json=body), 409)["detail"]
        assert problem(await client.post("/runs", json=body, headers=STREAM), 409)["hint"]
        await client.post(f"/runs/{run_id}/stop")
        await followed(client, run_id)
        again, _ = await started(client, body)  # at once after run.finished
        await client.post(f"/runs/{again}/stop")


async def test_of_many_who_want_one_thread_one_gets_it():
    async with door(graphs.talking) as (client, manager):
        body = {**HI, "thread": "shared"}
        answers = await asyncio.gather(*(client.post("/runs", json=body) for _ in range(20)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
        await manager.runs.running[0].stop()


async def test_a_thread_that_another_process_holds_is_refused(tmp_path):
    from mainstem.stores.opening import EmbeddedStores

    async with door(graphs.answer) as (client, _), EmbeddedStores(tmp_path / "home").threads.lease("elsewhere"):
        problem(await client.post("/runs", json={**HI, "thread": "elsewhere"}), 409)


@pytest.mark.parametrize("path", ["", "/events", "/stop"])
async def test_an_unknown_run(path):
    async with door(graphs.answer) as (client, _):
        verb = client.post if path == "/stop" else client.get
        problem(await verb(f"/runs/nobody{path}"), 404)
        run_id, _ = await started(client)
        await followed(client, run_id)
        for strange in ("nobody", run_id[:8], "%00", "*", "a" * 2000):
            problem(await verb(f"/runs/{strange}{path}"), 404)


BAD = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"{}",
    b'{"question": 1}',
    b'{"question": ""}',
    b'{"question": "a", "input": {}}',
    b'{"question": "a", "thread": 5}',
    b'{"question": "a", "tags": {"a": 1}}',
    b'{"question": "a", "surprise": 1}',
    b'{"question": "a", "on_disconnect": "explode"}',
    b'{"question": "\xff"}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", BAD, ids=lambda body: repr(body[:40]))
async def test_a_bad_body_is_a_problem(body):
    async with door(graphs.answer) as (client, manager):
        answer = await client.post("/runs", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), answer.text
        problem(answer, answer.status_code)
        assert not manager.runs.running


async def test_a_body_that_is_no_json():
    async with door(graphs.answer) as (client, _):
        typed = await client.post("/runs", content=b'{"question": "a"}', headers={"Content-Type": "text/plain"})
        assert "Content-Type: application/json" in problem(typed, 422)["hint"]
        broken = await client.post("/runs", content=b'{"question"', headers={"Content-Type": "application/json"})
        assert problem(broken, 422)["detail"].startswith("The body is no JSON: ")
        neither = problem(await client.post("/runs", json={}), 422)
        assert neither["detail"] == "body: give a question or an input, and not both"
        assert "hint" not in neither


async def test_a_long_question_and_a_strange_model(extractive):
    async with door(settings=extractive) as (client, _):
        assert "longer than" in problem(await client.post("/runs", json={"question": "a" * 20_001}), 422)["detail"]
        found = problem(await client.post("/runs", json={"question": "a", "model": "scripted:/etc/passwd"}), 403)
        assert "extractive" in found["hint"]


async def test_a_model_that_may_be_chosen(scripted):
    settings = scripted("scripted words")
    async with door(settings=settings) as (client, _):
        run_id, _ = await started(client, {"question": "When does the ferry sail?", "model": "extractive"})
        assert "seven in the morning" in "".join(data for _, _, data in await followed(client, run_id))


# keys


async def test_the_same_key_is_the_same_run():
    async with door(graphs.talking) as (client, manager):
        headers = {"Idempotency-Key": "one"}
        answers = await asyncio.gather(*(client.post("/runs", json=HI, headers=headers) for _ in range(10)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["run_id"] for answer in answers}) == 1 == len(manager.runs.running)
        assert (
            "key" in problem(await client.post("/runs", json={**HI, "tags": {"a": "b"}}, headers=headers), 422)["hint"]
        )
        (run,) = manager.runs.running
        await run.stop()
        answer = await client.post("/runs", json=HI, headers={**headers, **STREAM})
        assert answer.headers["x-run-id"] == run.run_id
        assert answer.content == await raw(client, run.run_id)


async def test_a_key_that_failed_may_be_used_again():
    async with door(graphs.talking) as (client, manager):
        run_id, thread = await started(client)
        body, headers = {**HI, "thread": thread}, {"Idempotency-Key": "two"}
        problem(await client.post("/runs", json=body, headers=headers), 409)
        await manager.runs.live(run_id).stop()
        assert (await client.post("/runs", json=body, headers=headers)).status_code == 201
        await manager.stop_all()


async def test_a_context_goes_to_the_graph_and_one_that_does_not_fit_is_422():
    async with door(graphs.teamed) as (client, _):
        run_id, thread = await started(client, {**HI, "context": {"name": "red"}})
        await followed(client, run_id)
        state = (await client.get(f"/threads/{thread}")).json()
        wrong = await client.post("/runs", json={**HI, "context": {"nam": "red"}})
    assert state["messages"][-1]["text"] == "red"
    assert "no 'nam'" in problem(wrong, 422)["detail"]


async def test_the_bundled_agents_context_goes_through_the_same_gate_as_its_model(extractive):
    async with door(settings=extractive) as (client, _):
        model = await client.post("/runs", json={"question": "a", "context": {"model": "openai:dear"}})
        docs = await client.post("/runs", json={"question": "a", "context": {"docs": ["/"]}})
    assert (model.status_code, docs.status_code) == (403, 422)


async def test_a_run_waits_for_its_thread_where_it_is_queued():
    async with door(graphs.talking) as (client, manager):
        first, _ = await started(client, {"input": HI["input"], "thread": "t"})
        body = {"input": HI["input"], "thread": "t"}
        assert problem(await client.post("/runs", json=body), 409)
        second, _ = await started(client, body | {"policy": "queue"})
        await eventually(lambda: is_running(client, first))
        assert (await client.get("/threads")).json()["threads"][0]["running"] == first
        await client.post(f"/runs/{first}/stop")
        await followed(client, first)
        await eventually(lambda: is_running(client, second))
        await manager.stop_all()


async def is_running(client, run_id):
    threads = (await client.get("/threads")).json()["threads"]
    return any(thread["running"] == run_id for thread in threads)


def steerable(go):
    async def look(state):
        return {"messages": steered()}

    async def answer(state):
        await go.wait()
        return {"messages": [AIMessage("Said.")]}

    builder = StateGraph(MessagesState).add_node("look", look).add_node("answer", answer).add_node("read", look)
    return builder.add_edge(START, "look").add_edge("look", "answer").add_edge("answer", "read").compile()


async def test_a_run_that_goes_on_is_steered():
    go = asyncio.Event()
    async with door(steerable(go)) as (client, manager):
        first, _ = await started(client, {"question": "When?", "thread": "t"})
        await eventually(lambda: manager.runs.live(first).inbox.is_read)
        again, thread = await started(client, {"question": "Shorter!", "thread": "t", "policy": "steer"})
        assert (again, thread) == (first, "t")
        go.set()
        await followed(client, first)
        messages = (await client.get("/threads/t")).json()["messages"]
        told = [(message["text"], message["steering"]) for message in messages]
        assert told == [("When?", False), ("Said.", False), ("Shorter!", True)]
        third, _ = await started(client, {"question": "Third?", "thread": "t", "policy": "steer"})
        assert third != first
        assert ending(await followed(client, third))["status"] == "done"
        given = await client.post("/runs", json={"input": HI["input"], "policy": "steer"})
        assert "steered with a question" in problem(given, 422)["detail"]
        wrong = await client.post("/runs", json={"question": "When?", "policy": "wait"})
        said = "body.policy: 'wait' is not known; it is one of 'reject', 'queue' or 'steer'"
        assert problem(wrong, 422)["detail"] == said


async def test_a_graph_that_reads_nothing_is_not_steered():
    async with door(graphs.talking) as (client, manager):
        _, thread = await started(client)
        body = {"question": "Shorter!", "thread": thread, "policy": "steer"}
        assert "does not read" in problem(await client.post("/runs", json=body), 409)["detail"]
        await manager.stop_all()
