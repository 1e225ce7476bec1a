"""An MCP server over the runs of a manager: `ask` and `search_documents` as tools, documents as resources."""

import asyncio
from typing import Any

from mainstem import __version__
from mainstem.stream.extras import extra

from ..errors import NotAllowed
from ..problems import problem_of
from ..run_manager import RunManager
from .asking import ASK, ask, ask_tool
from .documents import SEARCH, Documents

with extra("mcp"):
    from mcp import types
    from mcp.server import Server, ServerRequestContext
    from mcp.shared.exceptions import MCPError

INSTRUCTIONS = (
    "Ask questions: answers come with their sources. Where there is search_documents, they are about the user's own "
    "documents and tables, and it gives the passages alone."
)


class McpHandlers:
    """The handlers of one server. What a user may not see is not there for them."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager
        self._documents = Documents(manager)

    async def list_tools(self, context: ServerRequestContext[Any], params: Any) -> types.ListToolsResult:
        """What may be called."""
        await self._manager.open()
        asks = ask_tool(self._manager)
        return types.ListToolsResult(tools=[asks, SEARCH] if self._manager.documents.available else [asks])

    async def call_tool(
        self, context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """Call one; what goes wrong is told as the call's result, for the model to read."""
        given = params.arguments or {}
        try:
            if params.name == ASK.name:
                return await ask(self._manager, given, context.session.report_progress)
            if params.name == SEARCH.name:
                self._check_sees()
                return await self._documents.search(given)
        except Exception as error:  # noqa: BLE001 - `_told` raises again what nobody foresaw
            return failed(_told(error))
        return failed(f"There is no tool {params.name!r}.")

    async def list_resources(self, context: ServerRequestContext[Any], params: Any) -> types.ListResourcesResult:
        """The documents."""
        try:
            self._check_sees()
            return types.ListResourcesResult(resources=await self._documents.listed())
        except Exception as error:
            raise MCPError(types.INTERNAL_ERROR, _told(error)) from error

    async def read_resource(
        self, context: ServerRequestContext[Any], params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """A document's text."""
        try:
            self._check_sees()
            return types.ReadResourceResult(contents=[await self._documents.read(str(params.uri))])
        except Exception as error:
            raise MCPError(types.INVALID_PARAMS, _told(error)) from error

    def _check_sees(self) -> None:
        if not self._manager.gate.user.may("ask", "approve", "read"):
            raise NotAllowed("This needs the role ask, approve or read.")


def mcp_server(manager: RunManager) -> Server[Any]:
    """The server, to be run over stdio or behind a route."""
    handlers = McpHandlers(manager)
    return Server(
        "mainstem",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_read_resource=handlers.read_resource,
    )


def failed(text: str) -> types.CallToolResult:
    """A call that gave nothing, and why."""
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


def _told(error: Exception) -> str:
    """What went wrong, in a line. Raises what nobody foresaw."""
    problem = problem_of(error)
    if problem is None:
        raise error
    return " ".join(filter(None, (str(problem.detail), problem.hint)))


async def serve_stdio(manager: RunManager) -> None:
    """Serve whoever started this process, until they close its input."""
    from mcp.server.stdio import stdio_server

    async with manager, stdio_server() as (incoming, outgoing):
        server = await asyncio.to_thread(mcp_server, manager)
        await server.run(incoming, outgoing, server.create_initialization_options())
