"""A graph in the page, for the person who typed the command."""

import asyncio
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass, field
from socket import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mainstem.stream import gc_tuning

from .failures import say

if TYPE_CHECKING:
    from mainstem.sessions.session import Session
    from mainstem.web.run_manager import RunManager

HOST = "127.0.0.1"


@dataclass(frozen=True)
class FirstRun:
    """The run that is begun before the page is opened."""

    given: Any
    thread: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


def serve_page(
    session: "Session", port: int, first: FirstRun | None = None, *, open_browser: bool = False, context: Any = None
) -> None:
    """Serve the page over `session` on this machine only, until Ctrl-C; `open_browser`: in the browser as well.

    `context`: what every run of it gets.

    Raises `MainstemError` when the port cannot be had or the first run cannot begin.
    """
    from mainstem.web.run_manager import RunManager
    from mainstem.web.server import listening

    manager = RunManager(session, context=context)
    with listening(HOST, port) as socket:
        if asyncio.run(_serve(manager, socket, first, open_browser=open_browser)):
            raise KeyboardInterrupt


async def _serve(manager: "RunManager", socket: socket, first: FirstRun | None, *, open_browser: bool) -> bool:
    """Serve until a signal comes; returns whether that was Ctrl-C."""
    from mainstem.stream.errors import MainstemError
    from mainstem.web.server import server

    if first is not None and manager.gate.required:
        raise MainstemError("With MAINSTEM_AUTH, sign in at the page and ask there: leave --input out.")
    async with manager:
        gc_tuning.settle()
        address = f"http://{HOST}:{socket.getsockname()[1]}/{await _begin(manager, first)}"
        say(f"Watch {manager.session.source.name} at {address} (Ctrl-C stops it)")
        if open_browser:
            await asyncio.to_thread(webbrowser.open, address)
        serving = server(manager, HOST)
        await serving.serve(sockets=[socket])
    return serving.interrupted


async def _begin(manager: "RunManager", first: FirstRun | None) -> str:
    """Begin the first run; returns where the page shows its thread."""
    if first is None:
        return ""
    run = await manager.start(first.given, thread=first.thread, tags=first.tags)
    return f"#/{quote(run.thread_id, safe='')}" if run.thread_id else ""
