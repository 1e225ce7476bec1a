"""`mainstem serve`: the page and the HTTP interface."""

import asyncio
from typing import Annotated

import typer

from .failures import say, told
from .graphs import Graph, Url, Which
from .options import Docs, Home, Model, settings_of


def serve(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[TARGET]",
            help="package.module:graph, ./file.py:graph or a server's http:// address. "
            "Default: what the folder's langgraph.json names, or the bundled agent.",
        ),
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; others may reach 0.0.0.0.")] = "127.0.0.1",
    docs: Docs = None,
    model: Model = None,
    url: Url = None,
    graph: Graph = None,
    home: Home = None,
) -> None:
    """Serve the page and the HTTP interface, until Ctrl-C."""
    with told():
        from mainstem.web.desk import Desk
        from mainstem.web.server import listening, server

        settings = settings_of(home=home, docs=docs, model=model)
        desk = Desk(Which(target, url, graph).session(settings))
        with listening(host, port) as socket:
            say(f"Mainstem listens on http://{host}:{socket.getsockname()[1]} (Ctrl-C stops it)")
            asyncio.run(server(desk, host).serve(sockets=[socket]))
