"""The one consumer: any graph or runnable in, one stream of typed events out."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

from ..budget import Budget
from .errors import SourceError
from .run import Run
from .run_budget import own_account
from .run_options import RunOptions
from .sources import Source, source_of
from .writer import ANSWER_NODES


def watch(
    source: Any,
    input: Any,  # noqa: A002 - LangGraph's own name for it
    *,
    config: Mapping[str, Any] | None = None,
    context: Any = None,
    answer_nodes: Collection[str] | None = None,
    tags: Mapping[str, str] | None = None,
    modes: Sequence[str] = (),
    budget: Budget | None = None,
) -> Run:
    """Run `source` on `input` and return the `Run` to read, stop and resume. Call it inside a running event loop.

    `source`: a compiled graph, a `RemoteGraph`, or any LangChain `Runnable` (a chain, a model, a retriever, a tool; its
    sub-runnables are the nodes). `config`: a `RunnableConfig`; a thread id is made up where the graph
    keeps threads and none is given. `context`: the graph's run-scoped context. `answer_nodes`: the nodes whose words
    are the answer; words of all others are then marked `answer: false` (default: what the graph's config metadata says
    under `mainstem_answer_nodes`, else null). `tags`: whatever costs are told apart by. `modes`: `values`,
    `checkpoints` or `debug`, to be shown as `data` events (of a runnable: `values`, its output). `budget`: what the run
    may spend; it is warned of at 80 %, and beyond it the run ends as `halted` (reason: budget).

    Raises `SourceError` when `source` cannot be watched or no event loop runs.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise SourceError(
            "watch() needs a running event loop.", hint="Call it in async code, or use SyncSession."
        ) from None
    kind = source_of(source, modes)
    nodes = frozenset(answer_nodes) if answer_nodes is not None else None
    accounts = own_account(budget)
    return Run(kind, input, RunOptions(with_thread(kind, config), context, nodes, dict(tags or {}), accounts=accounts))


def with_thread(source: Source, config: Mapping[str, Any] | None) -> dict[str, Any]:
    """`config` with a thread id, where the graph keeps threads."""
    full = dict(config or {})
    configurable = dict(full.get("configurable") or {})
    if source.keeps_threads:
        configurable.setdefault("thread_id", str(uuid4()))
    return {**full, "configurable": configurable}


__all__ = ["ANSWER_NODES", "watch", "with_thread"]
