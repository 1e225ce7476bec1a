"""Any LangChain `Runnable` as a source: a chain, a model, a retriever, a tool, through `astream_events`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackManager
from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.types import StateSnapshot

from . import branches
from .errors import SourceError
from .family import Family

_ERROR = "mainstem:error:"  # names the custom event by which an error comes through


class RunnableSource:
    """A runnable in this process. Its outermost output is shown when `values` is asked for."""

    keeps_threads = False
    direct_tools: frozenset[str] = frozenset()

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
        family, told = Family(), _Told(self.graph)
        stream = told.astream_events(given, cast("RunnableConfig", config), version="v2")
        try:
            async with aclosing(cast("Any", stream)) as events:
                async for event in events:
                    part = family.part(told.complete(event))
                    if part is None:
                        continue
                    yield part
                    if "values" in self.modes and _is_the_end(part["data"]):
                        yield {"type": "values", "ns": (), "data": part["data"]["data"]["output"]}
        finally:
            await branches.end(told)

    async def state(self, config: Mapping[str, Any]) -> StateSnapshot:
        """Raises `SourceError`: it keeps no threads."""
        raise SourceError(f"A {self.name} keeps no threads.", hint="Only a graph with a checkpointer does.")


def _is_the_end(said: Mapping[str, Any]) -> bool:
    return bool(said["outermost"]) and said["event"].endswith("_end")


class _Told(Runnable[Any, Any]):
    """A runnable whose stream events also tell what LangChain's leave out: errors, and the ids of tool calls."""

    def __init__(self, runnable: Runnable[Any, Any]) -> None:
        self._runnable = runnable
        self._calls: dict[str, str] = {}

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002
        return self._runnable.invoke(input, config, **kwargs)

    async def astream(
        self,
        input: Any,  # noqa: A002 - LangChain's own name for it
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[Any]:
        branches.mark(self)
        config = {**(config or {})}
        config["callbacks"] = self._with_missing(config.get("callbacks"))
        async for chunk in self._runnable.astream(input, config, **kwargs):
            yield chunk

    def _with_missing(self, callbacks: Any) -> Any:
        """`callbacks` and `_Missing`, which goes first: in a thread, the stream would tell of a call before it."""
        if isinstance(callbacks, BaseCallbackManager):
            manager = callbacks.copy()
            missing = self._missing(manager.handlers[-1])
            manager.handlers.insert(0, missing)
            manager.inheritable_handlers.insert(0, missing)
            return manager
        return [self._missing(callbacks[-1]), *callbacks]

    def _missing(self, stream: Any) -> "_Missing":
        # Beside an inline handler, LangChain tells the start of a plain model to inline handlers only.
        stream.run_inline = True
        return _Missing(stream, self._calls)

    def complete(self, event: Any) -> Mapping[str, Any]:
        """`event` with the id of its tool call; an error in LangChain's own form."""
        if event["event"] == "on_tool_start" and (call_id := self._calls.pop(event["run_id"], None)):
            return {**event, "data": {**event["data"], "tool_call_id": call_id}}
        if event["event"] == "on_custom_event" and event["name"].startswith(_ERROR):
            return {**event, "event": event["name"].removeprefix(_ERROR), "data": {"error": event["data"]}}
        return event


class _Missing(AsyncCallbackHandler):
    """Puts errors into the stream at their place, by way of the handler that `astream_events` listens with."""

    run_inline = True

    def __init__(self, stream: Any, calls: dict[str, str]) -> None:
        self._stream = stream
        self._calls = calls

    async def _tell(self, name: str, error: BaseException, run_id: UUID) -> None:
        await self._stream.on_custom_event(_ERROR + name, error, run_id=run_id)

    async def on_chain_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        await self._tell("on_chain_error", error, run_id)

    async def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        await self._tell("on_llm_error", error, run_id)

    async def on_retriever_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        await self._tell("on_retriever_error", error, run_id)

    async def on_tool_start(self, serialized: Any, input_str: str, *, run_id: UUID, **kwargs: Any) -> None:
        if call_id := kwargs.get("tool_call_id"):
            self._calls[str(run_id)] = call_id
