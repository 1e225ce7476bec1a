"""`mainstem serve`: the page and the HTTP interface."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from mainstem.stream import gc_tuning
from mainstem.stream.log_context import log_as

from .failures import UsageError, exit_on_error, say
from .graphs import GraphChoice, GraphOption, TargetArgument, UrlOption
from .options import DocsOption, HomeOption, ModelOption, settings_of

if TYPE_CHECKING:
    from socket import socket

    from mainstem.sessions.session import Session
    from mainstem.settings import Settings
    from mainstem.web.run_manager import RunManager


AuthOption = Annotated[
    str | None,
    typer.Option(
        "--auth", metavar="HOW", help="How users are known: tokens, jwt or module:function. Default: MAINSTEM_AUTH."
    ),
]
InsecureOption = Annotated[
    bool, typer.Option("--insecure", help="Serve others than this machine's users without asking who they are.")
]


def serve(
    target: TargetArgument = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; 0.0.0.0: all.")] = "127.0.0.1",
    docs: DocsOption = None,
    model: ModelOption = None,
    url: UrlOption = None,
    graph: GraphOption = None,
    home: HomeOption = None,
    auth: AuthOption = None,
    insecure: InsecureOption = False,
) -> None:
    """Serve the page and the HTTP interface, until Ctrl-C."""
    with exit_on_error():
        from mainstem.web.run_manager import RunManager
        from mainstem.web.server import listening

        if auth is not None and not auth.strip():  # a variable of a script that is not set
            raise UsageError("--auth says nothing: write tokens, jwt, tokens,jwt, or module:function.")
        settings = _with_uploads(settings_of(home=home, docs=docs, model=model, auth=auth))
        if settings.auth is None and not insecure:
            _check_reach(host)
        _check_tokens(settings)
        log_as(settings.log_format)
        manager = RunManager(GraphChoice(target, url, graph).session(settings))
        with listening(host, port) as socket:
            if asyncio.run(_served(manager, host, socket)):
                raise KeyboardInterrupt


async def _served(manager: "RunManager", host: str, socket: "socket") -> bool:
    """Serve until a signal comes; returns whether that was Ctrl-C."""
    from mainstem.web.server import server

    async with manager:  # first: what it cannot do without is told before anybody is sent here
        say(f"Mainstem listens on http://{_named(host)}:{socket.getsockname()[1]} (Ctrl-C stops it)")
        gc_tuning.settle()
        serving = server(manager, host)
        reading = asyncio.create_task(_read_documents(manager.session))
        try:
            await serving.serve(sockets=[socket])
        finally:
            reading.cancel()
            await asyncio.wait([reading])
    return serving.interrupted


async def _read_documents(session: "Session") -> None:
    """Index the folders that were named before anybody asks: the page shows them and suggests questions about them."""
    from mainstem.knowledge import KnowledgeError
    from mainstem.knowledge.index_cache import prepare

    if session.bundled and session.settings.docs:
        with suppress(KnowledgeError):  # the first question says it
            await prepare(session.settings)


def _check_reach(host: str) -> None:
    """Raise `UsageError` where others than this machine's users would be served and not be asked who they are."""
    from mainstem.web.origins import is_loopback

    if not is_loopback(host):
        raise UsageError(
            f"--host {host} without authentication lets everyone who reaches this machine read every thread, ask about "
            "every document and approve tool calls: give --auth tokens, or --insecure if that is meant."
        )


def _check_tokens(settings: "Settings") -> None:
    """Say where nobody could sign in yet."""
    from mainstem.stores.opening import open_stores

    if settings.auth == "tokens" and not asyncio.run(open_stores(settings, prune=False).tokens.listed()):
        say("Nobody can sign in yet: mainstem token create --name YOU makes a token.")


def _with_uploads(settings: "Settings") -> "Settings":
    """Where folders are named to answer from, uploads are one of them; those of users are each user's own."""
    from mainstem.stores.home import made
    from mainstem.web.uploads import folder

    if not settings.docs or settings.auth is not None:
        return settings
    uploads = folder(settings)
    made(uploads.parent, uploads.name)
    return settings.model_copy(update={"docs": [*settings.docs, uploads]})


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else host
