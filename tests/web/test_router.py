"""The router in somebody else's app: a graph, a Runnable, a prefix, a session of their own."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.requests import HTTPConnection
from langchain_core.runnables import RunnableLambda
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from mainstem import Session, web
from tests.web import graphs

from .served import HI, ending, followed, problem, raw, serving, started


async def made(*arguments, **more):
    return await asyncio.to_thread(web.router, *arguments, **more)  # the settings are read from the disk


async def test_ten_lines_serve_a_foreign_graph():
    app = FastAPI()
    app.include_router(await made(graphs.answer))
    async with serving(app) as client:
        run_id, thread = await started(client)
        assert ending(await followed(client, run_id))["status"] == "done"
        messages = (await client.get(f"/threads/{thread}")).json()["messages"]
        assert messages[-1]["text"] == "You said: hi"
        problem(await client.get("/runs/nobody"), 404)
        problem(await client.post("/runs", json={}), 422)


async def test_a_prefix_and_a_lifespan_of_their_own():
    lived = []

    @asynccontextmanager
    async def lifespan(_):
        lived.append("begun")
        yield
        lived.append("ended")

    app = FastAPI(lifespan=lifespan)
    app.include_router(await made(graphs.answer), prefix="/one")
    app.include_router(await made(graphs.failing), prefix="/two")
    async with serving(app) as client:
        for prefix, status in (("/one", "done"), ("/two", "failed")):
            answer = await client.post(f"{prefix}/runs", json=HI)
            assert answer.headers["location"].startswith(f"{prefix}/runs/")
            events = await client.get(answer.headers["location"] + "/events")
            assert f'"status":"{status}"' in events.text
    assert lived == ["begun", "ended"]


async def test_an_app_that_runs_no_lifespan_is_served_too():
    outer, inner = FastAPI(), FastAPI()
    inner.include_router(await made(graphs.answer))
    outer.mount("/inside", inner)
    async with serving(outer) as client:
        answer = await client.post("/inside/runs", json=HI)
        assert answer.headers["location"].startswith("/inside/runs/")
        assert '"status":"done"' in (await client.get(answer.headers["location"] + "/events")).text


async def test_a_runnable_has_runs_and_no_threads():
    app = FastAPI()
    app.include_router(await made(RunnableLambda(lambda text: text.upper())))
    async with serving(app) as client:
        assert (await client.get("/info")).json()["threads"] is False
        run_id, thread = await started(client, {"input": "hi"})
        assert thread is None
        assert ending(await followed(client, run_id))["status"] == "done"
        problem(await client.post("/runs", json={"input": "hi", "thread": "t"}), 409)
        problem(await client.get("/threads/t"), 404)
        assert (await client.get("/threads")).json() == {"threads": []}


async def test_a_session_of_their_own_is_left_open():
    session = await asyncio.to_thread(Session, graph=graphs.answer)
    async with session:
        app = FastAPI()
        app.include_router(await made(session=session))
        async with serving(app) as client:
            run_id, _ = await started(client)
            live = await raw(client, run_id)
        assert [line async for line in session.lines(run_id)] == [
            frame.partition(b"data: ")[2] for frame in live.split(b"\n\n")[:-1]
        ]


# two routers over one home

PAY = {"input": {"messages": [{"role": "user", "content": "pay"}]}, "thread": "till"}
TOKEN = {"Authorization": "Bearer right"}
REJECT = [{"type": "reject"}] * 2


async def demanded(connection: HTTPConnection):
    if connection.headers.get("authorization") != TOKEN["Authorization"]:
        raise HTTPException(401)


@asynccontextmanager
async def two(pay=graphs.asking, chat=graphs.answer, **more):
    """An app with `/pay`, behind a token, and `/chat`, which anybody may use; yields its client."""
    app = FastAPI()
    app.include_router(await made(pay, **more), prefix="/pay", dependencies=[Depends(demanded)])
    app.include_router(await made(chat), prefix="/chat")
    async with serving(app) as client:
        yield client


async def paying(client, body=PAY):
    """Begin a run at `/pay` and let it come to its end; its id."""
    answer = await client.post("/pay/runs", json=body, headers=TOKEN)
    assert answer.status_code == 201, answer.text
    run_id = answer.json()["run_id"]
    await client.get(f"/pay/runs/{run_id}/events", headers=TOKEN)
    return run_id


async def strange(client, run_id, thread):
    """Ask at `/chat` for what is `/pay`'s, in every way there is."""
    for path in (f"/runs/{run_id}", f"/runs/{run_id}/events", f"/threads/{thread}", f"/ai-sdk/{thread}/stream"):
        problem(await client.get(f"/chat{path}"), 404)
    decisions = {"decisions": {"x": {"decisions": REJECT}}}
    for path, body in (
        (f"/runs/{run_id}/stop", {}),
        (f"/threads/{thread}/resume", decisions),
        ("/runs", {**HI, "thread": thread}),
        ("/ai-sdk", {"id": thread, "messages": [SAID]}),
        ("/ag-ui", agui(thread)),
        ("/ag-ui", agui(thread, resume=[{"interruptId": "x", "status": "resolved", "payload": {}}])),
    ):
        problem(await client.post(f"/chat{path}", json=body), 404)
    talk = {"model": (await client.get("/chat/info")).json()["name"], "metadata": {"thread": thread}}
    talk["messages"] = [{"role": "user", "content": "hi"}]
    assert (await client.post("/chat/v1/chat/completions", json=talk)).status_code == 404
    assert (await client.get("/chat/threads")).json()["threads"] == []
    assert (await client.get("/chat/runs")).json()["runs"] == []
    assert (await client.get("/chat/runs", params={"thread": thread})).json()["runs"] == []
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws{str(client.base_url)[4:]}/chat/runs/{run_id}/ws", proxy=None)
    assert refused.value.response.status_code == 404


SAID = {"id": "m", "role": "user", "parts": [{"type": "text", "text": "hi"}]}


def agui(thread, **more):
    said = {"id": "m", "role": "user", "content": "hi"}
    rest = {"runId": "r", "state": {}, "tools": [], "context": [], "forwardedProps": {}}
    return {"threadId": thread, "messages": [said], **rest, **more}


async def test_what_one_router_keeps_is_unknown_to_the_other():
    async with two() as client:
        run_id = await paying(client)
        assert (await client.get("/pay/threads/till")).status_code == 401
        await strange(client, run_id, "till")
        state = (await client.get("/pay/threads/till", headers=TOKEN)).json()
        (listed,) = (await client.get("/pay/threads", headers=TOKEN)).json()["threads"]
        (run,) = (await client.get("/pay/runs", headers=TOKEN)).json()["runs"]
        assert (state["status"], listed["thread_id"], run["run_id"]) == ("interrupted", "till", run_id)
        (waiting,) = state["interrupts"]
    async with two() as client:  # started again
        await strange(client, run_id, "till")
        decided = {"decisions": {waiting["interrupt_id"]: {"decisions": REJECT}}}
        answer = await client.post("/pay/threads/till/resume", json=decided, headers=TOKEN)
        events = await client.get(f"/pay/runs/{answer.json()['run_id']}/events", headers=TOKEN)
        assert "decided: reject, reject" in events.text


async def test_what_goes_on_at_one_router_is_unknown_to_the_other():
    async with two(pay=graphs.slow) as client:
        run_id = (await client.post("/pay/runs", json=PAY, headers=TOKEN)).json()["run_id"]
        assert (await client.get("/pay/runs", headers=TOKEN)).json()["runs"]  # a list waits until they are written
        await strange(client, run_id, "till")
        async with connect(f"ws{str(client.base_url)[4:]}/pay/runs/{run_id}/ws", proxy=None, additional_headers=TOKEN):
            answer = await client.post(f"/pay/runs/{run_id}/stop", headers=TOKEN)
        assert answer.status_code == 202


async def test_one_router_that_is_included_twice_keeps_two_states():
    app, one = FastAPI(), await made(graphs.asking)
    app.include_router(one, prefix="/pay", dependencies=[Depends(demanded)])
    app.include_router(one, prefix="/chat")
    async with serving(app) as client:
        await strange(client, await paying(client), "till")


async def test_two_routers_over_one_session_and_mounted_apps():
    async with await asyncio.to_thread(Session, graph=graphs.asking) as session:
        app, mounted = FastAPI(), FastAPI()
        mounted.include_router(await made(session=session))
        app.include_router(await made(session=session), prefix="/pay")
        app.mount("/chat", mounted)
        async with serving(app) as client:
            await strange(client, await paying(client), "till")
        assert [thread.thread_id for thread in await session.threads()] == ["till"]


async def test_runs_without_threads_are_their_routers_too():
    app, upper = FastAPI(), RunnableLambda(lambda text: text.upper())
    app.include_router(await made(upper), prefix="/pay")
    app.include_router(await made(upper), prefix="/chat")
    async with serving(app) as client:
        run_id = await paying(client, {"input": "hi"})
        for path in (f"/runs/{run_id}", f"/runs/{run_id}/events"):
            assert (await client.get(f"/pay{path}")).status_code == 200
            problem(await client.get(f"/chat{path}"), 404)
        assert len((await client.get("/pay/runs")).json()["runs"]) == 1
        assert (await client.get("/chat/runs")).json()["runs"] == []


async def test_a_named_router_keeps_its_state_at_another_path():
    for prefix in ("/till", "/pay"):
        app = FastAPI()
        app.include_router(await made(graphs.answer, name="till"), prefix=prefix)
        async with serving(app) as client:
            run_id = (await client.post(f"{prefix}/runs", json=PAY)).json()["run_id"]
            await client.get(f"{prefix}/runs/{run_id}/events")
            turns = (await client.get(f"{prefix}/threads/till")).json()["turns"]
    assert turns == 2


async def test_what_python_began_is_known_to_a_router_that_is_alone():
    async with await asyncio.to_thread(Session, graph=graphs.answer) as session:
        run = session.ask("hi", thread="mine")
        await run.result()
    async with two() as client:
        for path in ("/threads/mine", f"/runs/{run.run_id}"):
            problem(await client.get(f"/chat{path}"), 404)
        problem(await client.post("/chat/runs", json={**HI, "thread": "mine"}), 404)
        assert (await client.get("/chat/threads")).json()["threads"] == []
    app = FastAPI()
    app.include_router(await made(graphs.answer))
    async with serving(app) as client:
        assert (await client.get("/threads/mine")).json()["turns"] == 1
        assert (await client.get(f"/runs/{run.run_id}")).status_code == 200
        run_id, _ = await started(client, {**HI, "thread": "mine"})
        assert ending(await followed(client, run_id))["status"] == "done"


async def test_lists_are_filled_although_others_runs_are_newer():
    async with two(pay=graphs.answer) as client:
        first = (await client.post("/chat/runs", json=HI)).json()
        await client.get(f"/chat/runs/{first['run_id']}/events")
        for number in range(3):
            await paying(client, {**HI, "thread": f"t{number}"})
        runs = (await client.get("/chat/runs", params={"limit": 1})).json()["runs"]
        threads = (await client.get("/chat/threads", params={"limit": 1})).json()["threads"]
        assert [run["run_id"] for run in runs] == [first["run_id"]]
        assert [thread["thread_id"] for thread in threads] == [first["thread_id"]]


@pytest.mark.parametrize("thread", ["a/b", "a\nb", "\x1b[31m", "..", "a\u2028b"])
async def test_threads_have_no_slashes_or_control_characters(thread):
    app = FastAPI()
    app.include_router(await made(graphs.answer))
    async with serving(app) as client:
        talk = {"model": (await client.get("/info")).json()["name"], "metadata": {"thread": thread}}
        talk["messages"] = [{"role": "user", "content": "hi"}]
        for path, body in (
            ("/runs", {**HI, "thread": thread}),
            ("/ai-sdk", {"id": thread, "messages": [SAID]}),
            ("/ag-ui", agui(thread)),
            ("/v1/chat/completions", talk),
        ):
            assert (await client.post(path, json=body)).status_code == 422, path
        assert (await client.get("/threads")).json()["threads"] == []
    async with await asyncio.to_thread(Session, graph=graphs.answer) as session:
        result = await session.ask("hi", thread=thread).result()
    assert result.error.type == "WrongThreadId"
