"""Calling a factory as LangGraph's own server does: with the run's config, its runtime, or nothing."""

import asyncio
import copy
import inspect
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast, get_args, get_origin, get_type_hints

from langchain_core.runnables import RunnableConfig
from langgraph.store.base import BaseStore

from .config import Agent, AgentError
from .entering import entered

_MOST = 2  # arguments of a factory: a config and a runtime


class Maker:
    """Makes the graphs of one factory."""

    def __init__(self, agent: Agent, factory: Callable[..., Any], store: BaseStore) -> None:
        self._agent = agent
        self._factory = factory
        self._store = store
        self._wanted = _wanted(agent, factory)

    @asynccontextmanager
    async def __call__(self, config: Mapping[str, Any], context: Any, *, runs: bool) -> AsyncGenerator[Any]:
        """A graph, compiled, for as long as it is used."""
        given = {
            name: self._runtime(context, runs=runs) if kind == "runtime" else _config(config, context)
            for name, kind in self._wanted.items()
        }
        async with entered(await self._called(given)) as made:
            yield made.compile() if hasattr(made, "compile") and hasattr(made, "add_node") else made

    async def _called(self, given: Mapping[str, Any]) -> Any:
        if inspect.iscoroutinefunction(self._factory):
            return await self._factory(**given)
        return await asyncio.to_thread(self._factory, **given)

    def _runtime(self, context: Any, *, runs: bool) -> Any:
        from langgraph_sdk import runtime

        # The server's own way to make them, for they have no public constructor; nobody is signed in here.
        name, access = ("_ExecutionRuntime", "threads.create_run") if runs else ("_ReadRuntime", "threads.read")
        given: dict[str, Any] = {"access_context": access, "user": None, "store": self._store}
        if runs:
            given["context"] = cast("Any", {}) if context is None else copy.copy(context)
        return getattr(runtime, name)(**given)


def _config(config: Mapping[str, Any], context: Any) -> dict[str, Any]:
    mirrored = cast("Mapping[str, Any]", context if isinstance(context, Mapping) else {})
    return {"tags": [], "metadata": {}, **config, "configurable": {**mirrored, **config.get("configurable", {})}}


def _wanted(agent: Agent, factory: Callable[..., Any]) -> dict[str, str]:
    """The arguments of a factory, each `config` or `runtime`. Raises `AgentError` for what LangGraph would not call."""
    parameters, hints = inspect.signature(factory).parameters, _hints(factory)
    kinds = {name: "runtime" if _is_runtime(hints.get(name)) else "config" for name in parameters}
    if len(kinds) > _MOST or len(set(kinds.values())) < len(kinds):
        raise AgentError(
            f"{agent.target} is a factory that takes {', '.join(kinds)}.",
            hint="A factory takes nothing, a RunnableConfig, a ServerRuntime, or one of each.",
        )
    return kinds


def _hints(factory: Callable[..., Any]) -> dict[str, Any]:
    from langgraph_sdk.runtime import ServerRuntime

    try:  # the runtime's name is often imported for type checkers only
        return get_type_hints(factory, localns={"ServerRuntime": ServerRuntime, "RunnableConfig": RunnableConfig})
    except (NameError, TypeError):
        return {}


def _is_runtime(annotation: Any) -> bool:
    from langgraph_sdk.runtime import ServerRuntime

    if annotation is ServerRuntime or get_origin(annotation) is ServerRuntime:
        return True
    if isinstance(annotation, type):
        return issubclass(annotation, _classes(ServerRuntime))
    return any(map(_is_runtime, get_args(annotation)[:1]))


def _classes(runtime: Any) -> tuple[type, ...]:
    return tuple(get_origin(kind) or kind for kind in get_args(runtime.__value__))
