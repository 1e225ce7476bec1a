"""`mainstem acp`: this agent in an editor, over ACP's stdio."""

import asyncio
from typing import TYPE_CHECKING

from .stdio import on_stdio

if TYPE_CHECKING:
    from mainstem.sessions.session import Session


@on_stdio("acp")
def acp(session: "Session") -> None:
    """Serve an editor that speaks the Agent Client Protocol, on standard input and output."""
    from mainstem.views.acp.agent import serve_editor

    asyncio.run(serve_editor(session))
