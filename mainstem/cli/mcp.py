"""`mainstem mcp`: this agent for other people's agents, over MCP's stdio."""

import asyncio
from typing import TYPE_CHECKING

from .stdio import on_stdio

if TYPE_CHECKING:
    from mainstem.sessions.session import Session


@on_stdio("mcp")
def mcp(session: "Session") -> None:
    """Serve MCP on standard input and output; `mainstem serve` does over HTTP, at /mcp."""
    from mainstem.stores.users import OPERATOR, become
    from mainstem.web.mcp.server import serve_stdio
    from mainstem.web.run_manager import RunManager

    manager = RunManager(session)
    become(OPERATOR)  # whoever starts a process of their own may use what is theirs
    asyncio.run(serve_stdio(manager))
