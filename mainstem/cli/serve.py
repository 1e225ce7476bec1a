"""`mainstem serve`: the page and the HTTP interface."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from mainstem.stream import gc_tuning

from .failures import exit_on_error, say
from .graphs import GraphChoice, GraphOption, TargetArgument, UrlOption
from .options import DocsOption, HomeOption, ModelOption, settings_of

if TYPE_CHECKING:
    from socket import socket

    from mainstem.settings import Settings
    from mainstem.web.run_manager import RunManager


def serve(
    target: TargetArgument = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; 0.0.0.0: all.")] = "127.0.0.1",
    docs: DocsOption = None,
    model: ModelOption = None,
    url: UrlOption = None,
    graph: GraphOption = None,
    home: HomeOption = None,
) -> None:
    """Serve the page and the HTTP interface, until Ctrl-C."""
    with exit_on_error():
        from mainstem.web.run_manager import RunManager
        from mainstem.web.server import listening

        settings = _with_uploads(settings_of(home=home, docs=docs, model=model))
        manager = RunManager(GraphChoice(target, url, graph).session(settings))
        with listening(host, port) as socket:
            say(f"Mainstem listens on http://{_named(host)}:{socket.getsockname()[1]} (Ctrl-C stops it)")
            if asyncio.run(_served(manager, host, socket)):
                raise KeyboardInterrupt


async def _served(manager: "RunManager", host: str, socket: "socket") -> bool:
    """Serve until a signal comes; returns whether that was Ctrl-C."""
    from mainstem.web.server import server

    async with manager:
        gc_tuning.settle()
        serving = server(manager, host)
        await serving.serve(sockets=[socket])
    return serving.interrupted


def _with_uploads(settings: "Settings") -> "Settings":
    """Where folders are named to answer from, uploads are one of them."""
    from mainstem.stores.home import made
    from mainstem.web.uploads import folder

    if not settings.docs:
        return settings
    uploads = folder(settings)
    made(uploads.parent, uploads.name)
    return settings.model_copy(update={"docs": [*settings.docs, uploads]})


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else host
