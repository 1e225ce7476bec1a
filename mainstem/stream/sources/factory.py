"""A graph that is made anew for each run, as LangGraph's server does with what its langgraph.json names."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, cast

from langgraph.pregel import Pregel
from langgraph.types import StateSnapshot

from . import Source, source_of


class MakeGraph(Protocol):
    """How to make the graph."""

    def __call__(self, config: Mapping[str, Any], context: Any, *, runs: bool) -> AbstractAsyncContextManager[Any]:
        """The graph, for as long as the context manager is open. `runs`: whether it will be run, and not only read."""
        ...


class GraphFactory:
    """What makes a graph for each run, beside one such graph: threads are read and put in order through that one."""

    def __init__(self, make: MakeGraph, graph: Any) -> None:
        self.make = make
        self.graph = graph

    @property
    def checkpointer(self) -> Any:
        """The checkpointer of all its graphs."""
        return getattr(self.graph, "checkpointer", False)

    def copy(self, update: dict[str, Any]) -> "GraphFactory":
        """The same, with another checkpointer or store: as `Pregel.copy`."""
        return GraphFactory(self.make, self.graph.copy(update=update))

    def source(self, extra: Sequence[str]) -> Source:
        """This as something to watch."""
        return FactorySource(self, extra)


class FactorySource:
    """The graphs of a factory."""

    in_process = True

    def __init__(self, factory: GraphFactory, extra: Sequence[str]) -> None:
        self._factory = factory
        self._read = source_of(factory.graph, extra)
        self.graph = self._read.graph
        self.name = self._read.name
        self.modes = self._read.modes
        self.extra = self._read.extra
        self.direct_tools = self._read.direct_tools
        self.answers_within = self._read.answers_within

    @property
    def keeps_threads(self) -> bool:
        """Whether its graphs have a checkpointer."""
        return self._read.keeps_threads

    async def parts(self, given: Any, config: dict[str, Any], context: Any) -> AsyncIterator[Mapping[str, Any]]:
        """The stream parts of a graph made for this run; it is made and let go in the task that runs it."""
        async with self._factory.make(config, context, runs=True) as made:
            source = source_of(self._kept(made), tuple(self.extra))
            async for part in source.parts(given, config, context):
                yield part

    async def state(self, config: Mapping[str, Any]) -> StateSnapshot:
        """The state of a thread."""
        return await self._read.state(config)

    async def is_over(self, config: Mapping[str, Any]) -> bool:
        """Whether a run is over."""
        return await self._read.is_over(config)

    def _kept(self, made: Any) -> Any:
        """A made graph, with what its runs share."""
        if not isinstance(made, Pregel):
            return made
        read = cast("Pregel[Any, Any, Any, Any]", self.graph)
        return cast("Any", made).copy(update={"checkpointer": read.checkpointer, "store": read.store})
