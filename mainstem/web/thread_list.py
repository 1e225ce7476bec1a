"""`/threads`: the list, and what is done with a thread as a whole: rename, delete, export."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from mainstem.sessions.threads.export import SUFFIXES, ExportFormat
from mainstem.text import one_line, short

from .problems import ProblemDetails, ProblemResponse, documented
from .route import routes_with
from .run_manager import RunManager
from .runs import SEES
from .schemas.threads import ThreadList, ThreadPatch, ThreadSummary
from .threads import CheckpointId, ThreadId

MEDIA_TYPES: dict[ExportFormat, str] = {"markdown": "text/markdown", "json": "application/json"}

_NOT_IN_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|', " "))  # of files, on one system or another


class ThreadListOperations:
    """The operations on threads as the entries of a list."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def listed(
        self,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        after: Annotated[str | None, Query(max_length=200, description="Those behind this thread.")] = None,
        search: Annotated[str, Query(max_length=200, description="Words of their titles or messages.")] = "",
    ) -> ThreadList:
        """The latest threads, newest first."""
        found = await self._manager.threads(limit, after=after, search=search)
        running = await self._manager.runs.going_on()
        return ThreadList(threads=[ThreadSummary.of(each, running.get(each.thread_id)) for each in found])

    async def rename(self, thread_id: ThreadId, body: ThreadPatch) -> ThreadSummary:
        """Give a thread a title; an empty one takes it away."""
        session = await self._manager.owned(thread_id, changing=True)
        await session.rename(thread_id, body.title)
        running = (await self._manager.runs.going_on()).get(thread_id)
        return ThreadSummary.of(await session.describe(thread_id), running)

    async def delete(self, thread_id: ThreadId) -> Response:
        """Forget a thread and what was recorded of it, for good."""
        session = await self._manager.owned(thread_id, changing=True)
        await session.delete(thread_id)
        return Response(status_code=204)

    async def export(
        self,
        thread_id: ThreadId,
        form: Annotated[Literal["markdown", "json"], Query(alias="format")] = "markdown",
        checkpoint_id: CheckpointId = None,
    ) -> Response:
        """A thread as a file: Markdown with its citations, or JSON."""
        session = await self._manager.owned(thread_id)
        text = await session.export(thread_id, form, checkpoint_id)
        title = (await session.describe(thread_id)).title
        headers = {"Content-Disposition": _attachment(title, SUFFIXES[form])}
        return Response(text, media_type=f"{MEDIA_TYPES[form]}; charset=utf-8", headers=headers)


def _attachment(title: str, suffix: str) -> str:
    """The header of a file that is called as its thread is, and `thread` by clients that read no `filename*`."""
    name = short(one_line(title.translate(_NOT_IN_NAMES)), 60).strip(" .") or "thread"
    quoted = quote(f"{name}{suffix}", safe="", errors="replace")
    return f"attachment; filename=\"thread{suffix}\"; filename*=UTF-8''{quoted}"


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    threads, routes = ThreadListOperations(manager), routes_with(manager, tags=["threads"])
    add, problems = routes.add_api_route, documented(404, 409, 422, 503)
    one = "/threads/{thread_id}"
    add("/threads", threads.listed, operation="listThreads", role=SEES, responses=documented(404, 422, 503))
    add(
        one,
        threads.rename,
        operation="renameThread",
        role="ask",
        methods=["PATCH"],
        responses={**problems, **documented(413)},
    )
    add(
        one,
        threads.delete,
        operation="deleteThread",
        role="ask",
        methods=["DELETE"],
        status_code=204,
        response_class=ProblemResponse,
        responses={**problems, 404: {"model": ProblemDetails, "description": "Not Found"}},
    )
    add(
        f"{one}/export",
        threads.export,
        operation="exportThread",
        role=SEES,
        response_class=Response,
        responses={**_FILES, **problems},
    )
    return routes


_CONTENT: dict[str, dict[str, Any]] = {"text/markdown": {"schema": {"type": "string"}}, "application/json": {}}
_FILES: dict[int | str, dict[str, Any]] = {200: {"description": "The file.", "content": _CONTENT}}
