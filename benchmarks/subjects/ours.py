"""Mainstem: from the wire to the run's lines of JSON."""

import tempfile
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.subjects.base import Note, Subject
from benchmarks.subjects.graphs import chat_openai, given, graph_of

COALESCE = "MAINSTEM_COALESCE"
MASK = "MAINSTEM_MASK"


class Watched(Subject):
    """`watch` over the same graph, read as NDJSON."""

    packages = ("mainstem", "langgraph", "langchain-openai")
    graph: Any

    async def read(self, question: str, note: Note) -> None:
        from mainstem import watch

        run = watch(self.graph, given(question))
        try:
            async for line in run.lines():
                note(line)
        finally:
            await run.stop()  # who leaves is gone, as with every other subject


class OverChatOpenai(Watched):
    name = "mainstem, their model"
    how = "`watch(graph, …).lines()` over a graph with the user's own `ChatOpenAI`: the consumer alone"

    async def open(self, wire: str) -> None:
        self.graph = graph_of(chat_openai(wire))


class OverChatOpenaiSettled(OverChatOpenai):
    name = "mainstem, their model, settled"
    how = "the same after `mainstem.settle_gc()`: the process looks for garbage as seldom as `mainstem serve` does"
    settled = True


class OverFast(OverChatOpenai):
    name = "mainstem, fast(their model)"
    how = "`watch(graph, …).lines()` over a graph with `mainstem.fast(ChatOpenAI(…))`"

    async def open(self, wire: str) -> None:
        from mainstem import fast

        self.graph = graph_of(fast(chat_openai(wire)))


class OverFastSettled(OverFast):
    name = "mainstem, fast(their model), settled"
    how = "the same after `mainstem.settle_gc()`"
    settled = True


class OverFastTls(OverFastSettled):
    name = "mainstem, fast(their model), settled, TLS"
    how = "the same from a wire that speaks TLS"
    tls = True


class OverHttpClient(OverChatOpenai):
    name = "mainstem, http_client()"
    how = "`watch(graph, …).lines()` over a graph with `ChatOpenAI(…, http_async_client=mainstem.http_client())`"

    async def open(self, wire: str) -> None:
        from mainstem import http_client

        self.graph = graph_of(chat_openai(wire, http_async_client=http_client()))


class OverHttpClientSettled(OverHttpClient):
    name = "mainstem, http_client(), settled"
    how = "the same after `mainstem.settle_gc()`"
    settled = True


class Off(Watched):
    name = "mainstem, coalescing off"
    how = "`watch(graph, …).lines()` with our chat model, `MAINSTEM_COALESCE=false`"
    env: ClassVar = {COALESCE: "false"}

    async def open(self, wire: str) -> None:
        from mainstem.models import load
        from mainstem.settings import Settings

        settings = Settings(openai_base_url=wire, openai_api_key="scripted", _env_file=None)  # type: ignore[call-arg,arg-type]
        self.graph = graph_of(load("openai:scripted", settings))


class On(Off):
    name = "mainstem"
    how = "`watch(graph, …).lines()` with our chat model, coalescing on (the default)"
    env: ClassVar = {COALESCE: "true"}

    @classmethod
    def absent(cls) -> str:
        from mainstem.settings import Settings

        return "" if "coalesce" in Settings.model_fields else "coalescing is not there yet"


class Unmasked(On):
    name = "mainstem, nothing masked"
    how = "the same with `MAINSTEM_MASK=off`"
    env: ClassVar = {COALESCE: "true", MASK: "off"}


class MasksAll(On):
    name = "mainstem, all masked"
    how = "the same with `MAINSTEM_MASK=all`: personal data of every kind, and not secrets alone"
    env: ClassVar = {COALESCE: "true", MASK: "all"}


class Settled(On):
    name = "mainstem, settled"
    how = "the same after `mainstem.settle_gc()`: the process looks for garbage as seldom as `mainstem serve` does"
    settled = True


class WholeAgent(Subject):
    name = "mainstem, the whole agent, settled"
    how = "`Session(settings).ask(…).lines()`: the bundled agent with our chat model, retrieval, threads, journal"
    packages = ("mainstem", "langgraph", "langgraph-checkpoint-sqlite")
    settled = True

    async def open(self, wire: str) -> None:
        from mainstem import Session, Settings

        self._home = tempfile.TemporaryDirectory(prefix="benchmarks-")
        settings = Settings(
            openai_base_url=wire,  # type: ignore[arg-type]
            openai_api_key="scripted",  # type: ignore[arg-type]
            model="openai:scripted",
            home=Path(self._home.name),
            _env_file=None,  # type: ignore[call-arg]
        )
        self._session = await Session(settings).__aenter__()

    async def read(self, question: str, note: Note) -> None:
        run = self._session.ask(question)
        try:
            async for line in run.lines():
                note(line)
        finally:
            await run.stop()

    async def close(self) -> None:
        await self._session.__aexit__(None, None, None)
        self._home.cleanup()
