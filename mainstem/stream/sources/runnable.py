"""Any LangChain `Runnable` as a source: a chain, a model, a retriever, a tool.

It is invoked, and not streamed: fed with deltas, a lambda, a retry or a fallback gives something else, or fails. What
comes of it is what `ainvoke` gives; words are heard where models say them.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, suppress
from threading import get_ident
from typing import Any, cast

from langchain_core.language_models import BaseLLM
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import BasePromptTemplate
from langchain_core.runnables import Runnable, RunnableConfig, RunnableSequence
from langchain_core.runnables.config import merge_configs
from langgraph.types import StateSnapshot

from ..callbacks.listener import Listener
from ..callbacks.run_tree import RunPlace
from ..errors import SourceError
from . import branches


class RunnableSource:
    """A runnable in this process. Its outermost output is shown when `values` is asked for."""

    keeps_threads = False
    in_process = True
    direct_tools: frozenset[str] = frozenset()
    answers_within = 0.0

    def __init__(self, graph: Runnable[Any, Any], extra: Sequence[str]) -> None:
        self.graph = graph
        self.name = graph.get_name()
        self.extra = frozenset(extra)
        self.modes = ("messages", "custom", "tasks", "tools", *extra)
        if unknown := set(extra) - {"values"}:
            raise SourceError(f"A {self.name} has no {min(unknown)!r} to show.", hint="Only a graph has.")

    async def parts(self, given: Any, config: dict[str, Any], context: Any) -> AsyncIterator[Mapping[str, Any]]:
        """Its stream parts; leaving this iteration cancels it."""
        if context is not None:
            raise SourceError(f"A {self.name} takes no context.", hint="Put it into config['configurable'].")
        heard = _Heard()
        work = asyncio.create_task(self._invoke(given, config, heard), name=f"invoke {self.name}")
        work.add_done_callback(heard.end)
        try:
            async with aclosing(heard.parts()) as parts:
                async for part in parts:
                    yield part
                    if "values" in self.modes and _is_the_end(part["data"]):
                        yield {"type": "values", "ns": (), "data": part["data"]["data"]["output"]}
            await work
        finally:
            await branches.cancel_branches(heard, work)

    async def _invoke(self, given: Any, config: dict[str, Any], heard: "_Heard") -> None:
        branches.own_branches(heard)
        told = merge_configs(cast("RunnableConfig", config), {"callbacks": [heard]})
        if not _is_plain(self.graph):
            await self.graph.ainvoke(given, told)
            return
        async for _ in self.graph.astream(given, told):
            pass

    async def state(self, config: Mapping[str, Any]) -> StateSnapshot:
        """Raises `SourceError`: it keeps no threads."""
        raise SourceError(f"A {self.name} keeps no threads.", hint="Only a graph with a checkpointer does.")

    async def is_over(self, config: Mapping[str, Any]) -> bool:
        """It is: it has returned."""
        return True


def _is_plain(runnable: Runnable[Any, Any]) -> bool:
    """Whether streaming gives what invoking gives. Plain language models say their words singly only when streamed."""
    if isinstance(runnable, RunnableSequence):
        return all(_is_plain(step) for step in runnable.steps)
    return isinstance(runnable, BaseLLM | BasePromptTemplate) or type(runnable) is StrOutputParser


def _is_the_end(said: Mapping[str, Any]) -> bool:
    return bool(said["outermost"]) and said["event"].endswith("_end")


class _Heard(Listener):
    """What is called back in any thread, for one reader in the event loop that this was made in."""

    def __init__(self) -> None:
        super().__init__(one_root=True)
        self._loop = asyncio.get_running_loop()
        self._thread = get_ident()
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._news = asyncio.Event()
        self._ended = False

    def hear(self, part: Mapping[str, Any], place: RunPlace) -> None:
        """Keep it for the reader."""
        self._waiting.append(part)
        if get_ident() == self._thread:
            self._news.set()
        else:
            with suppress(RuntimeError):  # that loop is closed: nobody reads there any more
                self._loop.call_soon_threadsafe(self._news.set)

    def end(self, work: "asyncio.Task[None]") -> None:
        """Nothing more will come."""
        self._ended = True
        self._news.set()

    async def parts(self) -> AsyncGenerator[Mapping[str, Any]]:
        """What was heard, as it comes."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._ended:
                return
            self._news.clear()
            await self._news.wait()
