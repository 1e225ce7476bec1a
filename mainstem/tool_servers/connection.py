"""A connection to one MCP server, held by a task of its own: who enters the client must be who leaves it."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, cast

from mainstem.mcp import McpServer
from mainstem.stream.errors import MainstemError, describe
from mainstem.stream.extras import extra

with extra("mcp"):
    import httpx2
    import jsonschema
    from mcp import Client, StdioServerParameters, types
    from mcp.client.streamable_http import streamable_http_client
    from mcp.shared.dispatcher import ProgressFnT
    from mcp.shared.exceptions import MCPError

IMPORTED = (jsonschema,)
"""What the client would else import in the event loop, with its first result."""

MAX_TOOLS = 500
"""Tools that are taken of a server."""


class McpUnreachable(MainstemError):
    """A server that cannot be used."""

    hint = 'Look at MAINSTEM_MCP, or set it aside with "disabled": true.'


class McpConnection:
    """Starts a server when it is first needed, and again when it has gone."""

    def __init__(self, name: str, server: McpServer) -> None:
        self.name = name
        self._server = server
        self._leaving = asyncio.Event()
        self._holding: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[tuple[Client, Sequence[types.Tool]]] | None = None

    async def call(self, tool: str, args: dict[str, Any], progress: ProgressFnT) -> types.CallToolResult:
        """Call a tool. Raises `McpUnreachable`, `MCPError`; after a server has gone, the next call starts it again."""
        client, _ = await self._connected()
        try:
            return await client.call_tool(tool, args, progress_callback=progress)
        except MCPError as error:
            if error.code == types.CONNECTION_CLOSED:
                await self.close()
            raise

    async def tools(self) -> Sequence[types.Tool]:
        """What the server can do. Raises `McpUnreachable`."""
        return (await self._connected())[1]

    async def close(self) -> None:
        """Leave the server; one that was started is ended."""
        self._leaving.set()
        if self._holding is not None:
            await asyncio.wait([self._holding])

    async def _connected(self) -> tuple[Client, Sequence[types.Tool]]:
        if self._ready is None or self._holding is None or self._holding.done():
            self._leaving.clear()
            self._ready = asyncio.get_running_loop().create_future()
            self._holding = asyncio.create_task(self._hold(self._ready))
        try:
            return await asyncio.shield(self._ready)
        except Exception as error:
            why = describe(_cause(error)).message
            raise McpUnreachable(f"The MCP server {self.name!r} cannot be used: {why}.") from error

    async def _hold(self, ready: "asyncio.Future[tuple[Client, Sequence[types.Tool]]]") -> None:
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(self._server.timeout):
                    client = await stack.enter_async_context(await self._client(stack))
                    tools = await _every_tool(client)
                ready.set_result((client, tools))
                await self._leaving.wait()
        except Exception as error:  # noqa: BLE001 - whatever a server does, who needs it is told
            if not ready.done():
                ready.set_exception(error)
                ready.exception()  # nobody may be waiting any more
        finally:
            ready.cancel()

    async def _client(self, stack: AsyncExitStack) -> Client:
        server = self._server
        if server.command is not None:
            started = StdioServerParameters(
                command=server.command, args=list(server.args), env=server.env or None, cwd=server.cwd
            )
            return Client(started, read_timeout_seconds=server.timeout)
        http = await asyncio.to_thread(_http_client, server)
        stack.push_async_callback(http.aclose)
        return Client(streamable_http_client(server.url or "", http_client=http), read_timeout_seconds=server.timeout)


def _http_client(server: McpServer) -> httpx2.AsyncClient:
    """A client with the server's headers; making one reads certificates from the disk."""
    return httpx2.AsyncClient(headers=server.headers, timeout=server.timeout)


async def _every_tool(client: Client) -> list[types.Tool]:
    tools, cursor = list[types.Tool](), None
    while len(tools) < MAX_TOOLS:
        page = await client.list_tools(cursor=cursor)
        tools += page.tools
        cursor = page.next_cursor
        if not cursor:
            break
    return tools[:MAX_TOOLS]


def _cause(error: BaseException) -> BaseException:
    """The first of a group's errors: that of the group says nothing."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return TimeoutError("it did not answer in time") if isinstance(error, TimeoutError) and not str(error) else error
