"""Where the threads of a graph are kept that keeps none itself."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from ...stores.opening import Stores
from ...stores.sharing import Command
from ...stream.sources import LocalGraph, Source, source_of


async def with_checkpointer(
    graph: Any, stores: Stores, stack: AsyncExitStack, obey: Callable[[Sequence[Command]], None]
) -> Source:
    """What is watched of `graph`: a graph without a checkpointer has ours until `stack` is left.

    `obey`: does what other processes ask of its runs, where the stores are shared.
    """
    source = source_of(graph)
    if source.keeps_threads or not hasattr(graph, "checkpointer"):
        return source
    saver = await stack.enter_async_context(stores.threads.saver())
    source = source_of(graph.copy(update={"checkpointer": saver}))
    if stores.sharing is not None and isinstance(source, LocalGraph):
        source.durability = "sync"  # another process may go on with the thread: no step begins before it is kept
        stores.sharing.obey(obey)
    return source
