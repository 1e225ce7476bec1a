"""The MCP servers of a session, which are left with it."""

import asyncio
from contextlib import AsyncExitStack
from importlib import import_module

from ..settings import Settings
from ..stream.extras import require


async def hold_tool_servers(settings: Settings, stack: AsyncExitStack) -> None:
    """Let the servers that the settings name be used until `stack` is left. Raises `MissingExtra`."""
    if settings.mcp:
        await asyncio.to_thread(require, "mcp")
        pool = await asyncio.to_thread(import_module, "mainstem.tool_servers.pool")  # it takes a second
        await stack.enter_async_context(pool.held(settings.mcp))
