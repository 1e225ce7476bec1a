"""The router that anyone's FastAPI app can include."""

from collections.abc import Collection
from typing import Any

from fastapi import APIRouter

from mainstem.sessions.session import Session
from mainstem.settings import Settings

from . import (
    about,
    approvals,
    documents,
    feedback,
    metrics,
    protocols,
    run_streams,
    runs,
    thread_list,
    threads,
    websocket,
)
from .auth import sign_in
from .auth.authenticate import Authenticate
from .idempotency import IdempotencyStore
from .mcp import routes as mcp
from .run_manager import RunManager


def router(
    source: Any = None,
    *,
    session: Session | None = None,
    settings: Settings | None = None,
    answer_nodes: Collection[str] | None = None,
    name: str | None = None,
    auth: Authenticate | None = None,
) -> APIRouter:
    """The routes of this door over `source`, to be included in a FastAPI app.

    `source`: what `watch` takes (a compiled graph, a `RemoteGraph`, a Runnable); None: the agent that the working
    folder's langgraph.json names, or the bundled one. `session`: a session of your own instead; it is left open if it
    was open. Runs are recorded, and threads kept, under the settings' home.

    Threads and runs belong to the router that began them, and others answer 404 to their ids, now and after a restart.
    `name`: what it is known by there, so that its state follows it to another path; None: its graph's name and the path
    that it is included or mounted at.

    `auth`: `authenticate(headers) -> User`, called with the headers of every request (names in small letters), plain or
    async; None: as MAINSTEM_AUTH says, and where that is unset nobody is asked. With users, threads, runs and uploads
    belong to who began them, and every route asks for a role.
    """
    if session is None:
        nodes = frozenset(answer_nodes) if answer_nodes is not None else None
        session = Session(settings, graph=source, answer_nodes=nodes)
    return routes(RunManager(session, name=name, auth=auth))


def routes(manager: RunManager, keys: IdempotencyStore | None = None) -> APIRouter:
    """The routes over `manager`, which lives as long as the app that includes them; `keys`: a store of your own."""
    every, keys = APIRouter(lifespan=lambda _: manager), keys or IdempotencyStore(manager)
    parts = (
        runs.router(manager, keys),
        run_streams.router(manager),
        feedback.router(manager),
        threads.router(manager, keys),
        thread_list.router(manager),
        approvals.router(manager),
        documents.router(manager),
        websocket.router(manager),
        sign_in.router(manager),
        mcp.router(manager),
    )
    for part in (*parts, about.router(manager), metrics.router(manager), *protocols.routers(manager)):
        every.include_router(part)
    return every
