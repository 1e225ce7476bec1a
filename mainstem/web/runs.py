"""`/runs`: start a run, follow it, look at it, stop it, halt it."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from mainstem.stream.run import Run

from .auth.access import RouteRole
from .idempotency import IdempotencyStore
from .problems import Problem, documented
from .route import routes_with
from .run_manager import RunManager
from .schemas import STREAM_RESPONSES, HaltRequest, RunList, RunRequest, RunSummary, Started
from .sse import EventStream, paced

SEES: tuple[RouteRole, ...] = ("ask", "approve", "read")
"""Who may look at runs and threads: at their own, or at those of others, too."""

Key = Annotated[str | None, Header(max_length=255, description="The same key starts the same run at this address.")]


class RunOperations:
    """The operations on runs."""

    def __init__(self, manager: RunManager, keys: IdempotencyStore) -> None:
        self._manager = manager
        self._keys = keys

    async def start(self, body: RunRequest, request: Request, idempotency_key: Key = None) -> Response:
        """Start a run. With `Accept: text/event-stream` the answer is its stream.

        Leaving that stops the run, unless `on_disconnect` is "continue" or an `Idempotency-Key` came.
        """
        max_chars = self._manager.session.settings.max_question_chars
        if len(body.question or "") > max_chars:
            raise Problem(422, f"The question is longer than {max_chars} characters.", hint="Ask something shorter.")

        if wants_stream(request):
            self._manager.streams.check()

        async def start() -> Started:
            run = await self._manager.start(
                body.given, thread=body.thread, model=body.model, tags=body.tags, context=body.context
            )
            return as_started(run)

        started = await self._keys.once(idempotency_key, request, body, start)
        return await run_response(
            self._manager, started, request, request.url.path, stop=stops(body.on_disconnect, idempotency_key)
        )

    async def listed(
        self,
        thread: Annotated[str | None, Query(description="Only the runs of this thread.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> RunList:
        """The latest runs, newest first."""
        return RunList(runs=[RunSummary.of(record) for record in await self._manager.runs.records(thread, limit)])

    async def events(
        self,
        run_id: str,
        from_seq: Annotated[int, Query(ge=1, lt=2**62, description="Begin with this event.")] = 1,
        last_event_id: Annotated[str | None, Header(description="The last event that was seen.")] = None,
    ) -> Response:
        """A run's events from `from_seq` on, or from the one after `Last-Event-ID`, until its end."""
        batches = await self._manager.runs.batches(run_id, after(last_event_id) or from_seq)
        return event_stream(self._manager, batches, {"X-Run-Id": run_id})

    async def summary(self, run_id: str) -> RunSummary:
        """What is known of a run."""
        return RunSummary.of(await self._manager.runs.record(run_id))

    async def stop(self, run_id: str) -> Response:
        """Stop a run: what there is of its answer is kept, and its stream ends."""
        await self._manager.stop(run_id)
        return Response(status_code=202)

    async def halt(self, run_id: str, body: HaltRequest | None = None) -> Response:
        """Halt a run for its supervisor: as a stop, and the run ends as halted (reason: supervisor) with that text."""
        await self._manager.halt(run_id, body.text if body else "")
        return Response(status_code=202)


def as_started(run: Run) -> Started:
    """What a client is told of a run that was started."""
    return Started(run_id=run.run_id, thread_id=run.thread_id)


async def run_response(manager: RunManager, started: Started, request: Request, runs: str, *, stop: bool) -> Response:
    """The answer to a request that started a run: its stream where that is accepted, else where below `runs` it is."""
    headers = {"Location": f"{runs}/{started.run_id}", "X-Run-Id": started.run_id}
    if not wants_stream(request):
        return JSONResponse(started.model_dump(), 201, headers)
    run, batches = await manager.runs.find(started.run_id), await manager.runs.batches(started.run_id)
    leave = run.request_stop if run is not None and stop else None
    return event_stream(manager, batches, headers, leave)


def event_stream(
    manager: RunManager,
    batches: AsyncIterator[list[bytes]],
    headers: Mapping[str, str],
    on_leave: Callable[[], object] | None = None,
) -> EventStream:
    """A run's events as a response; `on_leave` is called when its client goes before their end. Raises `Full`."""
    streams = manager.streams
    return EventStream(paced(batches, streams), streams, on_leave=on_leave, headers=headers, timeouts=manager.timeouts)


def stops(on_disconnect: str | None, key: str | None) -> bool:
    """Whether a run ends when its reader leaves: not by default where a key says that the reader may come back."""
    return on_disconnect == "stop" or (on_disconnect is None and key is None)


def wants_stream(request: Request) -> bool:
    """Whether the client takes server-sent events."""
    return "text/event-stream" in request.headers.get("accept", "")


def after(last_event_id: str | None) -> int | None:
    """The event to begin with for a client that saw `last_event_id`. Raises `Problem` for what is no event's id."""
    if not last_event_id:
        return None  # a browser that saw none sends it empty
    if not last_event_id.isascii() or not last_event_id.isdigit():
        hint = "Send the id of the last event that came, or ?from_seq=N."
        raise Problem(400, f"Last-Event-ID {last_event_id!r:.80} is no event's id.", hint=hint)
    return int(last_event_id[:18]) + 1


def router(manager: RunManager, keys: IdempotencyStore) -> APIRouter:
    """The routes."""
    runs, routes = RunOperations(manager, keys), routes_with(manager, tags=["runs"])
    started = {**STREAM_RESPONSES, **documented(400, 403, 408, 409, 413, 422, 503)}
    add = routes.add_api_route
    add("/runs", runs.start, role="ask", methods=["POST"], status_code=201, response_model=Started, responses=started)
    add("/runs", runs.listed, role=SEES, responses=documented(422, 503))
    add("/runs/{run_id}", runs.summary, role=SEES, responses=documented(404, 422, 503))
    add(
        "/runs/{run_id}/events",
        runs.events,
        role=SEES,
        response_class=Response,
        responses={**STREAM_RESPONSES, **documented(400, 404, 422, 503)},
    )
    add(
        "/runs/{run_id}/stop",
        runs.stop,
        role="ask",
        methods=["POST"],
        status_code=202,
        responses=documented(404, 409, 422, 503),
    )
    add(
        "/runs/{run_id}/halt",
        runs.halt,
        role="ask",
        methods=["POST"],
        status_code=202,
        responses=documented(404, 409, 422, 503),
    )
    return routes
