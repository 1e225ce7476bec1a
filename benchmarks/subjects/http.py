"""Servers of one process each, read over HTTP: ours, and what people write without it."""

import asyncio
import json
import socket
import sys
from contextlib import suppress
from typing import ClassVar

import httpx

from benchmarks.subjects.base import Note, Subject
from benchmarks.subjects.lean import get, post


class Served(Subject):
    """A server process that `benchmarks.serving` starts; subclass it, and say which app and how it is asked."""

    served = True
    app: ClassVar[str]

    async def open(self, wire: str) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port: int = taken.getsockname()[1]
        where = ("-m", "benchmarks.serving", self.app, str(self.port), wire)
        self._process = await asyncio.create_subprocess_exec(sys.executable, *where, stdin=asyncio.subprocess.PIPE)
        async with httpx.AsyncClient() as client, asyncio.timeout(60):
            while self._process.returncode is None:
                with suppress(httpx.TransportError):
                    await client.get(f"http://127.0.0.1:{self.port}/health")
                    return
                await asyncio.sleep(0.1)
        raise RuntimeError(f"the server of {self.name} ended")

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 15)
        except TimeoutError:
            self._process.kill()

    async def read(self, question: str, note: Note) -> None:
        await post(self.port, "/stream", {"question": question}, note)

    @property
    def pid(self) -> int:
        return self._process.pid


class PlainFastapi(Served):
    name = "FastAPI, astream v2"
    how = (
        "a `StreamingResponse` around `graph.astream(…)` v2, each chunk's text and node as an SSE event, under uvicorn"
    )
    packages = ("fastapi", "uvicorn", "langgraph", "langchain-openai")
    app = "plain"


class PlainFastapiSettled(PlainFastapi):
    name = "FastAPI, astream v2, settled"
    how = "the same after `mainstem.settle_gc()`"
    app = "plain_settled"


class AgUiFastapi(Served):
    name = "FastAPI, ag-ui-langgraph"
    how = "`LangGraphAgent(…).clone().run(…)` through `EventEncoder` in a `StreamingResponse`, under uvicorn"
    packages = ("ag-ui-langgraph", "fastapi", "uvicorn")
    app = "ag_ui"


class Ours(Served):
    name = "mainstem, HTTP"
    how = "`POST /runs` of `mainstem.web.router(graph)` as an event stream, with our chat model, under uvicorn"
    packages = ("mainstem", "fastapi", "uvicorn")
    app = "ours"

    async def read(self, question: str, note: Note) -> None:
        await post(self.port, "/runs", {"question": question}, note)

    async def start(self, question: str) -> str:
        """Begin a run that goes on without us; returns its id."""
        said: list[bytes] = []
        body = {"question": question, "on_disconnect": "continue"}
        await post(self.port, "/runs", body, said.append, accept="application/json")
        return json.loads(b"".join(said).partition(b"\r\n\r\n")[2])["run_id"]

    async def follow(self, run_id: str, note: Note) -> None:
        """Read a run's events to their end."""
        await get(self.port, f"/runs/{run_id}/events", note)


class OurAgent(Ours):
    name = "mainstem, HTTP, the whole agent, settled"
    how = "the same with the bundled agent in the place of a graph of one node: retrieval, threads, journal, citations"
    app = "agent"


class OursServed(Ours):
    name = "mainstem, HTTP, as served"
    how = "the same, in a process that looks for garbage as `mainstem serve` does"
    app = "ours_settled"
