"""A server for one app: `python -m benchmarks.serving APP PORT WIRE`. It ends with its standard input."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from benchmarks.subjects.graphs import chat_openai, given, graph_of

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def plain(wire: str) -> FastAPI:
    """What a tutorial says: each chunk's text and node as an event."""
    graph = graph_of(chat_openai(wire))

    async def parts(question: str) -> AsyncIterator[str]:
        modes = ["messages", "updates", "custom"]
        async for part in graph.astream(given(question), stream_mode=modes, version="v2"):
            if part["type"] == "messages":
                chunk, metadata = part["data"]
                said = {"id": chunk.id, "node": metadata["langgraph_node"], "text": chunk.content}
                yield f"data: {json.dumps(said)}\n\n"

    return _streaming(parts)


def plain_settled(wire: str) -> FastAPI:
    """The same, in a process that looks for garbage as `mainstem serve` does."""
    return _settled(plain(wire))


def ag_ui(wire: str) -> FastAPI:
    """AG-UI's adapter, as its own endpoint serves it."""
    from ag_ui.core import RunAgentInput, UserMessage
    from ag_ui.encoder import EventEncoder
    from langgraph.checkpoint.memory import InMemorySaver

    from benchmarks.truth.peers.ag_ui import agent_class

    graph = graph_of(chat_openai(wire)).copy(update={"checkpointer": InMemorySaver()})
    agent, encoder = agent_class()(name="agent", graph=graph), EventEncoder()

    async def events(question: str) -> AsyncIterator[str]:
        asked = UserMessage(id=str(uuid4()), role="user", content=question)
        names = {"thread_id": str(uuid4()), "run_id": str(uuid4())}
        run = RunAgentInput(messages=[asked], state={}, tools=[], context=[], forwarded_props={}, **names)
        async for event in agent.clone().run(run):
            yield encoder.encode(event)
        await graph.checkpointer.adelete_thread(run.thread_id)

    return _streaming(events)


def ours(wire: str) -> FastAPI:
    """Ten lines of somebody's own app."""
    from mainstem import Session, web
    from mainstem.models import load

    settings = _settings(wire)
    app = FastAPI()
    app.include_router(web.router(session=Session(settings, graph=graph_of(load("openai:scripted", settings)))))
    return app


def agent(wire: str) -> FastAPI:
    """The bundled agent, in a process that looks for garbage as `mainstem serve` does: journal, threads, retrieval."""
    from mainstem import Session, web

    app = FastAPI()
    app.include_router(web.router(session=Session(_settings(wire))))
    return _settled(app)


def _settings(wire: str) -> Any:
    from mainstem import Settings

    home = Path(tempfile.mkdtemp(prefix="benchmarks-"))
    settings = Settings(openai_base_url=wire, openai_api_key="scripted", home=home, _env_file=None)  # type: ignore[call-arg,arg-type]
    return settings.model_copy(update={"serve_runs": 10_000, "serve_streams": 10_000, "model": "openai:scripted"})


def ours_settled(wire: str) -> FastAPI:
    """The same, as `mainstem serve` has it."""
    return _settled(ours(wire))


def _settled(app: FastAPI) -> FastAPI:
    import mainstem

    inner = app.router.lifespan_context

    @asynccontextmanager
    async def settled(app: Any) -> AsyncIterator[Any]:
        async with inner(app) as state:
            mainstem.settle_gc()
            yield state

    app.router.lifespan_context = settled
    return app


def _streaming(said: Callable[[str], AsyncIterator[str]]) -> FastAPI:
    app = FastAPI()

    @app.post("/stream")
    async def stream(request: Request) -> StreamingResponse:
        question = (await request.json())["question"]
        return StreamingResponse(said(question), media_type="text/event-stream", headers=HEADERS)

    return app


APPS: dict[str, Callable[[str], Any]] = {
    "plain": plain,
    "plain_settled": plain_settled,
    "ag_ui": ag_ui,
    "ours": ours,
    "ours_settled": ours_settled,
    "agent": agent,
}


async def main(app: str, port: int, wire: str) -> None:
    server = uvicorn.Server(uvicorn.Config(APPS[app](wire), host="127.0.0.1", port=port, log_level="critical"))
    serving = asyncio.create_task(server.serve())
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = server.force_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
