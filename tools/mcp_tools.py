"""The tools of MCP servers, as tools of this agent."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from langchain_core.tools import BaseTool, ToolException

from mainstem.settings import Settings
from mainstem.stream.errors import MainstemError
from mainstem.stream.writer import stream_writer

from .decorator import made_tool

if TYPE_CHECKING:
    from mcp import types

    from mainstem.tool_servers.connection import McpConnection

MAX_CHARS = 100_000
"""Characters of a result that the model reads."""

MAX_NAME = 64
"""Characters of a tool's name, which providers limit."""


async def mcp_tools(settings: Settings) -> tuple[list[BaseTool], list[str]]:
    """The tools of the servers that the settings name, and what is wrong with servers that cannot be used.

    Raises `MissingExtra`.
    """
    if not settings.mcp:
        return [], []
    pool = await asyncio.to_thread(import_module, "mainstem.tool_servers.pool")
    tools, problems = list[BaseTool](), list[str]()
    for connection in cast("list[McpConnection]", pool.connections(settings.mcp)):
        try:
            tools += [_tool(connection, each) for each in await connection.tools()]
        except MainstemError as error:
            problems.append(f"{error} {error.hint}")
    return tools, problems


def _tool(connection: "McpConnection", told: "types.Tool") -> BaseTool:
    """A person is asked before its calls, and none is made twice, unless the server marks it as read-only."""
    reads = bool(told.annotations and told.annotations.read_only_hint)
    return made_tool(
        _caller(connection, told.name),
        changes=not reads,
        artifact=True,
        name=_name(connection.name, told.name),
        description=told.description or told.title or told.name,
        args_schema=told.input_schema,
    )


def _name(server: str, tool: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{server}__{tool}")[:MAX_NAME]


def _caller(connection: "McpConnection", name: str) -> Callable[..., Awaitable[tuple[str, Any]]]:
    async def call(**args: Any) -> tuple[str, Any]:
        writer = stream_writer()

        async def heard(progress: float, total: float | None, message: str | None) -> None:
            writer.progress(message or name, done=progress, total=total)

        from mcp.shared.exceptions import MCPError

        try:
            result = await connection.call(name, args, heard)
        except (MainstemError, MCPError) as error:
            raise ToolException(f"{error} {getattr(error, 'hint', '')}".strip()) from error
        words = "\n".join(map(_words, result.content))[:MAX_CHARS]
        if result.is_error:
            raise ToolException(words or "The call failed, and the server does not say why.")
        return words or "(Nothing came.)", result.structured_content

    return call


def _words(content: Any) -> str:
    if content.type == "text":
        return content.text
    inner = getattr(content, "resource", None)
    return getattr(inner, "text", None) or f"({content.type}: it cannot be shown as text)"
