"""`/threads`: what was said before, what waits for a decision, and going on with it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response

from mainstem.sessions.approvals import pending_interrupts, requests_of
from mainstem.sessions.threads import thread_info
from mainstem.stream.errors import JournalError
from mainstem.stream.events import Citation, decode
from mainstem.stream.jsonable import jsonable
from mainstem.stream.translate.message_fields import field, text_of, tool_calls_of

from .idempotency import IdempotencyStore
from .problems import documented
from .route import routes_with
from .run_manager import RunManager
from .runs import SEES, Key, as_started, run_response, stops, wants_stream
from .schemas import (
    STREAM_RESPONSES,
    PendingInterrupt,
    ResumeRequest,
    RunSummary,
    Started,
    ThreadList,
    ThreadMessage,
    ThreadState,
    ThreadSummary,
)

ROLES = {"human": "user", "ai": "assistant"}
"""How LangChain's message types are called here; others keep their name."""

RUNS = 20
"""Runs that a thread is shown with."""

ThreadId = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]


class ThreadOperations:
    """The operations on threads."""

    def __init__(self, manager: RunManager, keys: IdempotencyStore) -> None:
        self._manager = manager
        self._keys = keys

    async def listed(self, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> ThreadList:
        """The latest threads, newest first."""
        found, running = await self._manager.threads(limit), await self._manager.runs.going_on()
        return ThreadList(threads=[ThreadSummary.of(each, running.get(each.thread_id)) for each in found])

    async def state(self, thread_id: ThreadId) -> ThreadState:
        """A thread: its messages, what it waits for, and its latest runs."""
        snapshot = await self._manager.state(thread_id)
        records = await self._manager.runs.records(thread_id, RUNS)
        running = (await self._manager.runs.going_on()).get(thread_id)
        interrupts = [] if running else _pending(snapshot)
        values = cast("Mapping[str, Any]", snapshot.values if isinstance(snapshot.values, dict) else {})
        return ThreadState(
            **thread_info(thread_id, snapshot).__dict__,
            running=running,
            status="running" if running else "interrupted" if interrupts else "idle",
            summary=str(values.get("summary") or ""),
            messages=shown_messages(values, await self._citations(thread_id)),
            values=jsonable({key: value for key, value in values.items() if key != "messages"}),
            interrupts=interrupts,
            runs=[RunSummary.of(record) for record in records],
        )

    async def resume(
        self, thread_id: ThreadId, body: ResumeRequest, request: Request, idempotency_key: Key = None
    ) -> Response:
        """Go on with a thread that waits for decisions or was cut short; the answer is as that of `POST /runs`."""
        if wants_stream(request):
            self._manager.streams.check()

        async def start() -> Started:
            return as_started(
                await self._manager.resume(thread_id, body.decisions, tags=body.tags, context=body.context)
            )

        started = await self._keys.once(idempotency_key, request, body, start)
        runs = request.url.path.rpartition("/threads/")[0] + "/runs"
        return await run_response(
            self._manager, started, request, runs, stop=stops(body.on_disconnect, idempotency_key)
        )

    async def _citations(self, thread_id: str) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        try:
            lines = await self._manager.session.journal.of_thread(thread_id, "citation")
        except JournalError:
            return found  # the messages are still worth showing
        for event in map(decode, lines):
            if isinstance(event, Citation):
                found[event.message_id or ""].append(event.model_dump(exclude={"seq", "at", "ns"}, exclude_none=True))
        return found


def shown_messages(values: Mapping[str, Any], citations: Mapping[str, list[dict[str, Any]]]) -> list[ThreadMessage]:
    """The messages of a thread's state, each with its citations."""
    messages = values.get("messages")  # a graph may call something else so
    return [_shown(message, citations) for message in cast("list[Any]", messages if isinstance(messages, list) else [])]


def _shown(message: Any, citations: Mapping[str, list[dict[str, Any]]]) -> ThreadMessage:
    key, kind = str(field(message, "id") or ""), str(field(message, "type") or "")
    return ThreadMessage(
        message_id=key,
        role=ROLES.get(kind, kind),
        text=jsonable(text_of(message)),
        name=field(message, "name"),
        tool_calls=[jsonable(call) for call in tool_calls_of(message)],
        tool_call_id=field(message, "tool_call_id"),
        citations=citations.get(key, []),
    )


def _pending(snapshot: Any) -> list[PendingInterrupt]:
    return [PendingInterrupt(**each) for each in pending_interrupts(requests_of(snapshot.interrupts))]


def router(manager: RunManager, keys: IdempotencyStore) -> APIRouter:
    """The routes."""
    threads, routes = ThreadOperations(manager, keys), routes_with(manager, tags=["threads"])
    add = routes.add_api_route
    add("/threads", threads.listed, role=SEES, responses=documented(422, 503))
    add("/threads/{thread_id}", threads.state, role=SEES, responses=documented(404, 422, 503))
    add(
        "/threads/{thread_id}/resume",
        threads.resume,
        role=("ask", "approve"),
        methods=["POST"],
        status_code=201,
        response_model=Started,
        responses={**STREAM_RESPONSES, **documented(400, 404, 408, 409, 413, 422, 503)},
    )
    return routes
