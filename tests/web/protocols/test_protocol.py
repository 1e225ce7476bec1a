"""A new protocol is one object: what the route does for it, without a line of its own."""

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from mainstem import Session, Settings
from mainstem.stream import events as e
from mainstem.web.problems import Problem
from mainstem.web.protocols.protocol import Collector, Protocol, ResumeRun, ServedModels, StartRun, Translator
from mainstem.web.protocols.routes import protocol_router
from mainstem.web.run_manager import RunManager
from tests.waiting import eventually
from tests.web import graphs
from tests.web.served import serving


class Asked(BaseModel):
    question: str = ""
    thread: str | None = None
    whole: bool = False
    first: bool = False
    answers: dict[str, str] = {}


class Words(Protocol[Asked]):
    """The words, and nothing else."""

    tag, path, operation, body = "Words", "/words", "words", Asked
    media_type, ping = "text/plain", b""

    def parse(self, body: Asked, served: ServedModels) -> StartRun | ResumeRun:
        if body.answers:
            return ResumeRun(body.thread or "", {}, cancelled=body.answers)
        if not body.question:
            raise Problem(400, f"Ask {served.name} something.")
        return StartRun([{"role": "user", "content": body.question}], body.thread, tags={"by": "words"})

    def translator(self, body: Asked, address: str) -> Translator:
        return Plain(body.first)

    def collector(self, body: Asked, address: str) -> Collector | None:
        return Whole() if body.whole else None

    def refusal(self, problem: Problem) -> Response:
        return PlainTextResponse(f"No: {problem.detail}", problem.status_code)


class Plain(Translator):
    end = b"."

    def __init__(self, first: bool = False) -> None:
        self._only_first, self._told = first, False

    @property
    def over(self) -> bool:
        return self._only_first and self._told

    def frames(self, event: e.Event) -> Iterator[bytes]:
        if isinstance(event, e.MessageDelta) and not self.over:
            self._told = True
            yield event.text.encode()


class Whole(Collector):
    def __init__(self) -> None:
        self._words: list[str] = []

    def add(self, event: e.Event) -> None:
        self._words += [event.text] if isinstance(event, e.MessageDelta) else []

    def response(self) -> Response:
        return PlainTextResponse("".join(self._words))


@pytest.fixture
async def words(request):
    manager = RunManager(Session(await asyncio.to_thread(Settings), graph=getattr(graphs, request.param)))
    app = FastAPI(lifespan=lambda _: manager)
    app.include_router(protocol_router(Words(), manager))
    async with serving(app, manager) as client:
        yield client, manager


@pytest.mark.parametrize("words", ["answer"], indirect=True)
async def test_a_stream_is_what_the_protocol_frames(words):
    client, manager = words
    answer = await client.post("/words", json={"question": "hi"})
    assert answer.text == "You said: hi."
    assert answer.headers["content-type"].startswith("text/plain")
    (record,) = await manager.runs.records()
    assert (answer.headers["x-run-id"], {"by": "words"}) == (record.run_id, record.tags)


@pytest.mark.parametrize("words", ["answer"], indirect=True)
async def test_who_wants_no_stream_gets_the_whole(words):
    client, _ = words
    answer = await client.post("/words", json={"question": "hi", "whole": True})
    assert (answer.text, "x-run-id" in answer.headers) == ("You said: hi", True)


@pytest.mark.parametrize("words", ["answer"], indirect=True)
async def test_errors_are_told_as_the_protocol_tells_them(words):
    client, _ = words
    answer = await client.post("/words", json={})
    assert (answer.status_code, answer.text) == (400, "No: Ask LangGraph something.")
    long = await client.post("/words", json={"question": "hi", "thread": "x" * 201})
    assert (long.status_code, long.text.startswith("No: A thread's name")) == (422, True)
    large = await client.post("/words", content=b"x" * 2_000_000)
    assert (large.status_code, large.text.startswith("No: The body is larger")) == (413, True)


@pytest.mark.parametrize("words", ["asking"], indirect=True)
async def test_what_nobody_answers_is_refused_call_by_call(words):
    client, manager = words
    await client.post("/words", json={"question": "hi", "thread": "t"})
    (waiting,) = (await manager.state("t")).interrupts
    answer = await client.post("/words", json={"thread": "t", "answers": {waiting.id: "Not now."}})
    assert answer.text == "decided: reject, reject."


@pytest.mark.parametrize("words", ["talking"], indirect=True)
async def test_a_run_goes_on_when_its_stream_is_over_and_stops_when_its_client_leaves(words):
    client, manager = words
    assert (await client.post("/words", json={"question": "hi", "first": True})).text.startswith("word")
    (going_on,) = manager.runs.running
    async with client.stream("POST", "/words", json={"question": "hi"}) as answer:
        await anext(answer.aiter_bytes())
        left = manager.runs.live(answer.headers["x-run-id"])
    await eventually(lambda: left.finished)
    assert not going_on.finished
