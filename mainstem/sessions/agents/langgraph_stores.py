"""The store that a langgraph.json names."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, nullcontext
from typing import Any, cast

from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore

from .config import Agent, AgentError
from .entering import entered
from .loading import attribute_at


@asynccontextmanager
async def store_of(agent: Agent) -> AsyncGenerator[BaseStore | None]:
    """The agent's store, for as long as it is used; None where its langgraph.json names none. Raises `AgentError`."""
    if not agent.store:
        yield None
    elif path := agent.store.get("path"):
        async with entered(_given(await asyncio.to_thread(attribute_at, agent, _with_colon(str(path))))) as store:
            yield _checked(agent, store)
    else:
        yield await asyncio.to_thread(_in_memory, agent)


def _with_colon(path: str) -> str:
    """LangGraph writes a store's module as `package.module.name`."""
    return path if ":" in path else ":".join(path.rpartition(".")[::2])


def _given(found: Any) -> Any:
    """A store, or what leads to one: what a function returns, a coroutine, a context manager of either kind."""
    while callable(found) and not isinstance(found, BaseStore) and not _is_entered(found):
        found = found()
    return nullcontext(found) if isinstance(found, BaseStore) else found


def _is_entered(found: Any) -> bool:
    return hasattr(found, "__aenter__") or hasattr(found, "__enter__") or inspect.isawaitable(found)


def _checked(agent: Agent, store: Any) -> BaseStore:
    if not isinstance(store, BaseStore):
        raise AgentError(f"The store of {agent.folder}'s langgraph.json is a {type(store).__name__}, and no BaseStore.")
    return store


def _in_memory(agent: Agent) -> BaseStore:
    index = cast("Mapping[str, Any] | None", (agent.store or {}).get("index"))
    return InMemoryStore(index=cast("Any", {**index, "embed": _embeddings(agent, index)})) if index else InMemoryStore()


def _embeddings(agent: Agent, index: Mapping[str, Any]) -> Any:
    embed = str(index.get("embed") or "")
    if ".py:" in embed:
        return attribute_at(agent, embed)
    try:
        return _by_name(embed)
    except Exception as error:  # a provider's package may raise anything
        raise AgentError(
            f"The store's embeddings {embed!r} cannot be had: {error}.",
            hint='Or name "./file.py:function" of your own.',
        ) from error


def _by_name(embed: str) -> Any:
    provider, _, model = embed.partition(":")
    if provider == "openai":
        from langchain_openai import OpenAIEmbeddings

        # Texts are sent as they are: cutting them into tokens first would fetch a table from the network.
        return OpenAIEmbeddings(model=model, check_embedding_ctx_length=False)
    from langchain.embeddings import init_embeddings

    return init_embeddings(embed)
