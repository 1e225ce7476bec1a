"""`/threads/{thread_id}`: what was said before, what waits for a decision, and going on with it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response

from mainstem.sessions.approvals import pending_interrupts, requests_of
from mainstem.sessions.threads.messages import recorded, thread_messages
from mainstem.stream.events import RunStarted
from mainstem.stream.jsonable import jsonable

from .idempotency import IdempotencyStore
from .problems import documented
from .route import routes_with
from .run_manager import RunManager
from .runs import SEES, Key, as_started, run_response, stops, wants_stream
from .schemas.runs import ResumeRequest, RunSummary, Started
from .schemas.streams import STREAM_RESPONSES
from .schemas.threads import Branch, BranchList, Fork, ForkRequest, PendingInterrupt, ThreadMessage, ThreadState

RUNS = 200
"""Runs that a thread is shown with."""

ThreadId = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]

CheckpointId = Annotated[
    str | None,
    Query(min_length=1, max_length=200, description="The end of a branch; default: of the latest."),
]


class ThreadOperations:
    """The operations on threads."""

    def __init__(self, manager: RunManager, keys: IdempotencyStore) -> None:
        self._manager = manager
        self._keys = keys

    async def state(self, thread_id: ThreadId, checkpoint_id: CheckpointId = None) -> ThreadState:
        """A thread: its messages, what it waits for, and its latest runs; or what it was at a checkpoint."""
        session = await self._manager.owned(thread_id)
        snapshot = await session.state(thread_id, checkpoint_id)
        records = await self._manager.runs.records(thread_id, RUNS)
        running = (await self._manager.runs.going_on()).get(thread_id)
        waits = not running and (checkpoint_id is None or await session.is_end(thread_id, checkpoint_id))
        interrupts = _pending(snapshot) if waits else []
        asked = await self._questions(thread_id)
        messages = await thread_messages(session.journal, thread_id, snapshot.values)
        values = cast("Mapping[str, Any]", snapshot.values if isinstance(snapshot.values, dict) else {})
        return ThreadState(
            **(await session.describe(thread_id, snapshot)).__dict__,
            running=running,
            status="running" if running else "interrupted" if interrupts else "idle",
            summary=str(values.get("summary") or ""),
            messages=[ThreadMessage(**asdict(each)) for each in messages],
            values=jsonable({key: value for key, value in values.items() if key != "messages"}),
            interrupts=interrupts,
            runs=[RunSummary.of(record, asked.get(record.run_id)) for record in records],
        )

    async def resume(
        self, thread_id: ThreadId, body: ResumeRequest, request: Request, idempotency_key: Key = None
    ) -> Response:
        """Go on with a thread that waits for decisions or was cut short; the answer is as that of `POST /runs`."""
        if wants_stream(request):
            self._manager.streams.check()

        async def start() -> Started:
            options = body.model_dump(include={"checkpoint_id", "tags", "context"})
            return as_started(await self._manager.resume(thread_id, body.decisions, **options))

        started = await self._keys.once(idempotency_key, request, body, start)
        runs = request.url.path.rpartition("/threads/")[0] + "/runs"
        return await run_response(
            self._manager, started, request, runs, stop=stops(body.on_disconnect, idempotency_key)
        )

    async def fork(self, thread_id: ThreadId, body: ForkRequest) -> Fork:
        """Where the thread was before a message: a run that is given it says that message anew, on a branch."""
        session = await self._manager.owned(thread_id)
        found = await session.fork(thread_id, body.message_id, body.checkpoint_id)
        return Fork(thread_id=thread_id, checkpoint_id=found)

    async def branches(self, thread_id: ThreadId) -> BranchList:
        """Where a thread branches: the questions that were asked anew, and where each of their branches ends."""
        places = await (await self._manager.owned(thread_id)).branches(thread_id)
        return BranchList(places=[[Branch(**asdict(each)) for each in place] for place in places])

    async def _questions(self, thread_id: str) -> dict[str, str | None]:
        """The questions that the thread's runs answer, by run."""
        started = await recorded(self._manager.session.journal, thread_id, "run.started")
        return {event.run_id: event.question_id for event in started if isinstance(event, RunStarted)}


def _pending(snapshot: Any) -> list[PendingInterrupt]:
    return [PendingInterrupt(**each) for each in pending_interrupts(requests_of(snapshot.interrupts))]


def router(manager: RunManager, keys: IdempotencyStore) -> APIRouter:
    """The routes."""
    threads, routes = ThreadOperations(manager, keys), routes_with(manager, tags=["threads"])
    add = routes.add_api_route
    add(
        "/threads/{thread_id}",
        threads.state,
        operation="getThread",
        role=SEES,
        responses=documented(404, 409, 422, 503),
    )
    add(
        "/threads/{thread_id}/branches",
        threads.branches,
        operation="listBranches",
        role=SEES,
        responses=documented(404, 409, 422, 503),
    )
    add(
        "/threads/{thread_id}/fork",
        threads.fork,
        operation="forkThread",
        role=SEES,
        methods=["POST"],
        responses=documented(404, 409, 413, 422, 503),
    )
    add(
        "/threads/{thread_id}/resume",
        threads.resume,
        operation="resumeThread",
        role=("ask", "approve"),
        methods=["POST"],
        status_code=201,
        response_model=Started,
        responses={**STREAM_RESPONSES, **documented(400, 404, 408, 409, 413, 422, 503)},
    )
    return routes
