"""An agent, ready to be watched, for as long as it is used."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from langchain_core.runnables import Runnable
from langgraph.pregel import Pregel
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore

from ...stream.sources.factory import GraphFactory
from .config import Agent, AgentError
from .factories import Maker
from .langgraph_stores import store_of
from .loading import load


@asynccontextmanager
async def opened(agent: Agent) -> AsyncGenerator[Any]:
    """The graph of `agent`, or a `GraphFactory` of it, with the store that its langgraph.json names.

    Raises `AgentError` when it cannot be loaded or made.
    """
    found = await asyncio.to_thread(load, agent)
    async with store_of(agent) as store:
        if isinstance(found, Runnable) or not callable(found):
            yield _with_store(found, store)
        else:
            yield await _made(agent, found, store or InMemoryStore())


async def _made(agent: Agent, factory: Callable[..., Any], store: BaseStore) -> GraphFactory:
    make = Maker(agent, factory, store)
    try:
        async with make({}, None, runs=False) as graph:
            return GraphFactory(make, _with_store(graph, store))
    except AgentError:
        raise
    except Exception as error:  # somebody's factory may raise anything
        raise AgentError(f"The factory {agent.target} fails: {type(error).__name__}: {error}.") from error


def _with_store(graph: Any, store: BaseStore | None) -> Any:
    return graph.copy(update={"store": store}) if store is not None and _has_none(graph) else graph


def _has_none(graph: Any) -> bool:
    return isinstance(graph, Pregel) and graph.store is None
