"""The README's graph says its sentence through every door."""

import asyncio

import httpx
import pytest

from mainstem import Session, Settings, events, watch
from tests.docs.pages import ROOT, samples

SENTENCE = "It left on Monday."
ASK = {"messages": [{"role": "user", "content": "Where is my parcel?"}]}


def program(mark):
    (code,) = [code for code in samples(ROOT / "README.md", "python") if mark in code]
    made = {}
    exec(compile(code.replace("asyncio.run(", "(lambda coroutine: coroutine.close())("), "README.md", "exec"), made)
    return made


@pytest.fixture
def own():
    return program("laws.check")


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return program("web.router")["app"]


@pytest.fixture
async def client(app):
    async with app.router.lifespan_context(app):
        yield httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1")


async def test_watch(own, capsys):
    await own["check"]()
    assert "broken" not in capsys.readouterr().out
    run = watch(own["graph"], ASK)
    assert "".join([event.text async for event in run if isinstance(event, events.MessageDelta)]) == SENTENCE
    assert (await run.result()).text == SENTENCE


async def test_session(own, tmp_path):
    async with Session(Settings(home=tmp_path), graph=own["graph"]) as session:
        assert (await session.ask("Where is my parcel?", thread="t").result()).text == SENTENCE
        assert (await session.ask("And now?", thread="t").result()).text == SENTENCE


async def test_http(client):
    async with asyncio.timeout(60):
        run = (await client.post("/runs", json={"input": ASK})).json()
        told = await client.get(f"/runs/{run['run_id']}/events")
    assert SENTENCE in told.text


@pytest.mark.parametrize("stream", [False, True])
async def test_completions(client, stream):
    body = {"model": "LangGraph", "messages": ASK["messages"], "stream": stream}
    answer = await client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    if stream:
        assert SENTENCE in answer.text
    else:
        assert answer.json()["choices"][0]["message"]["content"] == SENTENCE
