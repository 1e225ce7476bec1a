"""The router in somebody else's app: a graph, a Runnable, a prefix, a session of their own."""

import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI
from langchain_core.runnables import RunnableLambda

from mainstem import Session, web
from tests.doors import graphs

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
