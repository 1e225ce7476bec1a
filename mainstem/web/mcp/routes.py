"""`/mcp`: MCP's streamable HTTP, a session a request."""

import asyncio
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response
from starlette.types import Receive, Scope, Send

from mainstem.stream.extras import MissingExtra, require

from ..problems import Problem
from ..route import routes_with
from ..run_manager import RunManager
from ..runs import SEES

if TYPE_CHECKING:
    from mcp.server import Server


class McpResponse(Response):
    """Lets `server` answer the request in its own way."""

    def __init__(self, server: "Server[Any]") -> None:
        self._server = server
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: nothing is kept between two."""
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        sessions = StreamableHTTPSessionManager(self._server, stateless=True)
        async with sessions.run():
            await sessions.handle_request(scope, receive, send)


class McpOperations:
    """The one operation."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager
        self._server: Server[Any] | None = None

    async def answer(self) -> Response:
        """Whatever MCP's clients send. Raises `Problem` where the extra is not installed."""
        if self._server is None:
            self._server = await asyncio.to_thread(self._made)
        return McpResponse(self._server)

    def _made(self) -> "Server[Any]":
        try:
            require("mcp")
        except MissingExtra as error:
            raise Problem(501, str(error)) from None
        from .server import mcp_server

        return mcp_server(self._manager)


def router(manager: RunManager) -> APIRouter:
    """The route."""
    routes = routes_with(manager, tags=["MCP"])
    operations = McpOperations(manager)
    routes.add_api_route(
        "/mcp", operations.answer, operation="callMcp", role=SEES, methods=["POST"], include_in_schema=False
    )
    return routes
