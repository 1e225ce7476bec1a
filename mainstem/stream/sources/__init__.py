"""What can be watched, and how each kind is asked for its stream parts."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Literal, Protocol, cast, runtime_checkable

from langchain_core.runnables import Runnable
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.pregel import Pregel
from langgraph.types import StateSnapshot

from ..errors import SourceError
from ..translate.updates import INTERRUPT
from . import context as contexts
from .graph_tools import tools_of
from .memory_store import with_store
from .remote_state import state_of
from .runnable import RunnableSource

CONTENT = ("messages", "updates", "custom")
"""The modes that carry all content."""

LIFECYCLE = ("tasks", "tools")
"""The modes that tell when nodes and tool calls began and failed."""

STATE = "values"
"""The mode that shows what a graph's state holds after each step: the truth about its messages."""

EXTRA = ("values", "checkpoints", "debug")
"""The modes that a caller may add; they arrive as `data`."""


ANSWERS_WITHIN = 10.0
"""Seconds within which what keeps a thread must tell its state after a run that failed or whose stream broke off."""


class Source(Protocol):
    """Something whose stream parts can be asked for."""

    @property
    def name(self) -> str:
        """What the graph is called."""
        ...

    @property
    def graph(self) -> Any:
        """The graph itself; it has `aupdate_state`."""
        ...

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes that it is asked for."""
        ...

    @property
    def extra(self) -> frozenset[str]:
        """Those of them that are shown as they are."""
        ...

    @property
    def answers_within(self) -> float:
        """Seconds within which it must tell a thread's state after a run that failed or whose stream broke off."""
        ...

    @property
    def direct_tools(self) -> frozenset[str]:
        """The tools that are known to answer in the model's place (`return_direct`)."""
        ...

    @property
    def keeps_threads(self) -> bool:
        """Whether it has a checkpointer."""
        ...

    @property
    def in_process(self) -> bool:
        """Whether its models and tools are called in this process, and tell callbacks so."""
        ...

    def parts(self, given: Any, config: dict[str, Any], context: Any) -> AsyncIterator[Mapping[str, Any]]:
        """Its `version="v2"` stream parts for one input."""
        ...

    async def state(self, config: Mapping[str, Any]) -> StateSnapshot:
        """The thread that `config` names: its latest state, or that of the checkpoint it names."""
        ...

    async def is_over(self, config: Mapping[str, Any]) -> bool:
        """Whether a run is over; asked when its stream has ended, and a node of it has not."""
        ...


@runtime_checkable
class Sourced(Protocol):
    """Something that knows itself how it is watched: a `GraphFactory`."""

    def source(self, extra: Sequence[str]) -> Source:
        """How it is watched."""
        ...


class LocalGraph:
    """A compiled graph in this process."""

    answers_within = ANSWERS_WITHIN
    in_process = True

    durability: Literal["sync", "async", "exit"] | None = None
    """When its checkpoints are written (LangGraph's word for it); None: as LangGraph does unless told otherwise."""

    def __init__(self, graph: Pregel[Any, Any, Any, Any], extra: Sequence[str]) -> None:
        self.graph = graph
        self.name = graph.get_name()
        self.extra = frozenset(extra)
        self.modes = tuple(dict.fromkeys((*CONTENT, *LIFECYCLE, STATE, *extra)))
        self.direct_tools = frozenset(name for name, tool in tools_of(graph) if tool.return_direct)

    @property
    def keeps_threads(self) -> bool:
        """Whether it has a checkpointer."""
        return self.graph.checkpointer not in (None, False)

    async def parts(self, given: Any, config: dict[str, Any], context: Any) -> AsyncIterator[Mapping[str, Any]]:
        """Its stream parts. It runs with the defaults of its context, and with a store, where it has none.

        As version 1, for version 2 makes each state an object of the outermost graph's output schema: it raises where
        the state of a subgraph, or one that is not whole yet, does not fit.
        """
        parts = with_store(self.graph).astream(
            given,
            cast("Any", _mirrored(self.graph, config, context)),
            context=contexts.default(self.graph) if context is None else context,
            stream_mode=cast("Any", list(self.modes)),
            subgraphs=True,
            durability=self.durability,
        )
        try:
            async with aclosing(cast("Any", parts)) as told:
                async for ns, mode, data in told:
                    yield {"type": mode, "ns": ns, "data": data}
        except (AttributeError, TypeError) as error:
            if context is None and "NoneType" in str(error):
                error.hint = contexts.hint(self.graph)  # type: ignore[attr-defined]  # what events carry beside it
            raise

    async def state(self, config: Mapping[str, Any]) -> StateSnapshot:
        """The state of a thread that its checkpointer keeps."""
        return await self.graph.aget_state(cast("Any", config))

    async def has_interrupts(self, config: Mapping[str, Any]) -> bool:
        """Whether a thread's latest checkpoint waits for people. What else it holds is not read: in a long thread that
        costs more than most nodes.
        """
        saver = cast("Any", self.graph.checkpointer)
        if not isinstance(saver, BaseCheckpointSaver):
            return bool((await self.state(config)).interrupts)
        saved = await saver.aget_tuple(cast("Any", config))
        return saved is not None and any(channel == INTERRUPT for _, channel, _ in saved.pending_writes or ())

    async def is_over(self, config: Mapping[str, Any]) -> bool:
        """It is: here a stream ends with its run, and what it left open was found in a cache or not waited for."""
        return True


_RESERVED = ("thread_id", "checkpoint_id", "checkpoint_ns", "checkpoint_map", "run_id")


def _mirrored(graph: Any, config: dict[str, Any], context: Any) -> dict[str, Any]:
    """A graph without a context schema finds its context where it always was: in `configurable`."""
    if not isinstance(context, Mapping) or contexts.schema_of(graph) is not None:
        return config
    given = cast("Mapping[str, Any]", context)
    mirrored = {key: value for key, value in given.items() if not key.startswith("__") and key not in _RESERVED}
    return {**config, "configurable": {**mirrored, **config.get("configurable", {})}}


class ServedGraph:
    """A graph behind a LangGraph server, through `RemoteGraph`."""

    keeps_threads = True
    in_process = False
    direct_tools: frozenset[str] = frozenset()

    def __init__(self, graph: Any, extra: Sequence[str], *, answers_within: float = ANSWERS_WITHIN) -> None:
        self.graph = graph
        self.answers_within = answers_within
        self.name = str(graph.name or graph.assistant_id)
        self.extra = frozenset(extra)
        # Servers refuse `tools`; checkpoints come under `values` and `debug` there.
        self.modes = tuple(dict.fromkeys((*CONTENT, "tasks", STATE, *extra)))

    async def parts(self, given: Any, config: dict[str, Any], context: Any) -> AsyncIterator[Mapping[str, Any]]:
        """Its stream parts; leaving this iteration cancels the run on the server."""
        config = {key: value for key, value in config.items() if key != "callbacks"}
        stream = self.graph.astream(
            given,
            config,
            context=context,
            stream_mode=list(self.modes),
            subgraphs=True,
            version="v2",
            on_disconnect="cancel",
        )
        async for part in stream:
            yield part

    async def state(self, config: Mapping[str, Any]) -> StateSnapshot:
        """The state of a thread that its server keeps."""
        return await state_of(self.graph, config)

    async def is_over(self, config: Mapping[str, Any]) -> bool:
        """What the thread says; a server that does not answer, or has lost the thread, has not ended the run."""
        try:
            async with asyncio.timeout(self.answers_within):
                state = await self.state({"configurable": {"thread_id": config["configurable"]["thread_id"]}})
        except Exception:  # noqa: BLE001 - a client's own errors, whatever its version raises
            return False
        return bool(state.values) and not state.next


def source_of(graph: Any, extra: Sequence[str] = ()) -> Source:
    """What `graph` is. Raises `SourceError` when it cannot be watched."""
    if unknown := set(extra) - set(EXTRA):
        raise SourceError(f"There is no mode {min(unknown)!r} to add.", hint=f"Modes to add: {', '.join(EXTRA)}.")
    if isinstance(graph, Pregel):
        return LocalGraph(cast("Pregel[Any, Any, Any, Any]", graph), extra)
    # An instance can only exist when its module was imported; importing it here would cost every start-up.
    remote = sys.modules.get("langgraph.pregel.remote")
    if remote is not None and isinstance(graph, remote.RemoteGraph):
        return ServedGraph(graph, extra)
    if isinstance(graph, Runnable):  # both kinds of graph are runnables too, and tell more as graphs
        return RunnableSource(cast("Runnable[Any, Any]", graph), extra)
    if isinstance(graph, Sourced):
        return graph.source(extra)
    hint = "Give watch() a compiled graph, a RemoteGraph or a LangChain Runnable."
    if hasattr(graph, "compile") and hasattr(graph, "add_node"):
        hint = "This graph is not compiled yet: call .compile() on it first."
    raise SourceError(f"A {type(graph).__name__} cannot be watched.", hint=hint)
