"""`/health`, `/ready` and `/info`: how the server is, and what it serves."""

from typing import Any

from fastapi import APIRouter

from mainstem import __version__
from mainstem.stream.sources import Source
from mainstem.stream.sources.runnable import RunnableSource

from .errors import Closing
from .problems import documented
from .route import routes_with
from .run_manager import RunManager
from .schemas.about import Health, Info, Limits, Ready


class ServerOperations:
    """The operations that tell about the server."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def health(self) -> Health:
        """How the server is; it answers also while everything else is refused."""
        broken = self._manager.session.journal.broken
        why = f" ({broken})" if self._manager.gate.user.may("admin") else ""
        detail = f"The journal cannot be written{why}: runs can be followed, but not replayed." if broken else ""
        if (sharing := self._manager.session.stores.sharing) is not None and not sharing.is_reachable:
            detail = "The database cannot be reached: what goes on waits for it."
        if self._manager.closing:
            detail = "The server is stopping."
        status = "degraded" if detail else "ok"
        return Health(
            status=status, detail=detail, runs=len(self._manager.runs.running), streams=self._manager.streams.inside
        )

    async def ready(self) -> Ready:
        """Whether requests are to be sent here: from when on the server is told to stop, they are not."""
        if self._manager.closing:
            raise Closing("The server is stopping.")
        return Ready(status="ready")

    async def info(self) -> Info:
        """What is served, and with which limits."""
        session, models = await self._manager.open(), self._manager.models
        return Info(
            name=session.source.name,
            version=__version__,
            model=models[0] if models else None,
            models=models,
            documents=self._manager.documents.available,
            threads=session.source.keeps_threads,
            messages=takes_messages(session.source),
            inputs=inputs_of(session.source.graph),
            bundled=session.bundled,
            limits=self._limits(),
        )

    def _limits(self) -> Limits:
        settings = self._manager.session.settings
        return Limits(
            question_chars=settings.max_question_chars,
            body_bytes=int(settings.serve_body_mb * 1_000_000),
            upload_bytes=int(settings.serve_upload_mb * 1_000_000),
            file_bytes=int(settings.max_file_mb * 1_000_000),
            runs=settings.serve_runs,
            streams=settings.serve_streams,
        )


def takes_messages(source: Source) -> bool:
    """Whether a question can be put to `source`: a graph whose input has messages, or that does not tell its input."""
    inputs = inputs_of(source.graph)
    return not isinstance(source, RunnableSource) and (inputs is None or "messages" in inputs)


def inputs_of(graph: Any) -> list[str] | None:
    """The keys of a graph's input; None where it does not tell them."""
    builder = getattr(graph, "builder", None)
    keys = getattr(builder, "schemas", {}).get(getattr(builder, "input_schema", None))
    return None if keys is None else [key for key in keys if key != "__root__"]


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    about, routes = ServerOperations(manager), routes_with(manager, tags=["about"])
    routes.add_api_route("/health", about.health, operation="getHealth", role="anyone")
    routes.add_api_route("/ready", about.ready, operation="getReady", role="anyone", responses=documented(503))
    routes.add_api_route("/info", about.info, operation="getInfo", role="user", responses=documented(503))
    return routes
