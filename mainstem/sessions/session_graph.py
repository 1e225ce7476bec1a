"""The graph that a session runs, for as long as it is open."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from ..models.guard import Mask, mask_logs
from ..models.guard.configured import asettings_mask
from ..settings import Settings, use
from ..stores.opening import Stores
from ..stores.sharing import Command
from ..stream.errors import MainstemError
from ..stream.sources import Source
from . import agents
from .threads.checkpointer import with_checkpointer
from .tool_servers import hold_tool_servers


class SessionGraph:
    """A graph that was given, or that of an agent; without both, of the agent of the working folder."""

    def __init__(self, settings: Settings, stores: Stores, graph: Any, agent: agents.Agent | None) -> None:
        self._settings = settings
        self._stores = stores
        self._given = graph
        self._agent = agent
        self._source: Source | None = None
        self._stack = AsyncExitStack()
        self.mask: Mask | None = None
        """What is masked before the graph sees it; None: nothing, or another graph than the bundled agent's."""

    async def open(self, obey: Callable[[Sequence[Command]], None]) -> None:
        """Load it and open its threads; `obey` as in `with_checkpointer`.

        Raises `AgentError`, `MainstemError`; `close` is to be called then, too.
        """
        graph = await self._loaded() if self._given is None else self._given
        self._source = await with_checkpointer(graph, self._stores, self._stack, obey)

    async def _loaded(self) -> Any:
        self._agent = self._agent or await asyncio.to_thread(agents.find)
        self.mask = await asettings_mask(self._settings) if self.bundled else None
        mask_logs(self.mask)
        if self.bundled:
            await hold_tool_servers(self._settings, self._stack)
        with use(self._settings):
            return await self._stack.enter_async_context(agents.opened(self._agent))

    async def close(self) -> None:
        """Leave what it was opened with, as far as it was."""
        self._source = None
        await self._stack.aclose()

    @property
    def source(self) -> Source:
        """What is watched of it. Raises `MainstemError` while it is not open."""
        if self._source is None:
            raise MainstemError("The session is not open.", hint="Use it as: async with Session() as session: …")
        return self._source

    @property
    def is_open(self) -> bool:
        """Whether it can be run."""
        return self._source is not None

    @property
    def bundled(self) -> bool:
        """Whether it is the agent that comes with the package."""
        return self._agent is not None and self._agent.bundled
