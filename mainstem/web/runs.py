"""`/runs`: start a run, follow it, look at it, stop it, halt it."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic.json_schema import SkipJsonSchema

from mainstem.stream.run import Run

from . import plain_text
from .auth.access import RouteRole
from .idempotency import IdempotencyStore
from .problems import Problem, documented
from .route import routes_with
from .run_manager import RunManager
from .schemas.runs import HaltRequest, RunList, RunRequest, RunSummary, Started
from .schemas.streams import WORDS_OR_STREAM, EventStreamResponse, RunEvent
from .sse import EventStream, paced

SEES: tuple[RouteRole, ...] = ("ask", "approve", "read")
"""Who may look at runs and threads: at their own, or at those of others, too."""

FromSeq = Annotated[int, Query(ge=1, lt=2**62, description="Begin with this event.")]

TextFormat = Annotated[
    Literal["text"] | SkipJsonSchema[None], Query(alias="format", description="text: the answer's words alone.")
]
Key = Annotated[str | None, Header(max_length=255, description="The same key starts the same run at this address.")]


class RunOperations:
    """The operations on runs."""

    def __init__(self, manager: RunManager, keys: IdempotencyStore) -> None:
        self._manager = manager
        self._keys = keys

    async def start(
        self, body: RunRequest, request: Request, form: TextFormat = None, idempotency_key: Key = None
    ) -> Response:
        """Start a run. With `Accept: text/event-stream` the answer is its stream, and with `?format=text` its words.

        Leaving that stops the run, unless `on_disconnect` is "continue" or an `Idempotency-Key` came.
        """
        max_chars = self._manager.session.settings.max_question_chars
        if len(body.question or "") > max_chars:
            raise Problem(422, f"The question is longer than {max_chars} characters.", hint="Ask something shorter.")

        if wants_stream(request) or form:
            self._manager.streams.check()

        async def start() -> Started:
            return as_started(await self._begun(body))

        started = await self._keys.once(idempotency_key, request, body, start)
        return await run_response(
            self._manager,
            started,
            request,
            request.url.path,
            stop=stops(body.on_disconnect, idempotency_key) and body.policy != "steer",
            text=form is not None,
        )

    async def _begun(self, body: RunRequest) -> Run:
        """The run that was begun, or the one that goes on and was steered."""
        policy = "queue" if body.policy == "steer" else body.policy
        if body.policy == "steer" and body.thread and body.question:
            run = await self._manager.steer(body.thread, body.question)
            if run is not None:
                return run
        return await self._manager.start(
            body.given,
            thread=body.thread,
            model=body.model,
            tags=body.tags,
            context=body.context,
            checkpoint_id=body.checkpoint_id,
            policy=policy,
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
        from_seq: FromSeq = 1,
        last_event_id: Annotated[str | None, Header(description="The last event that was seen.")] = None,
        form: TextFormat = None,
    ) -> Response:
        """A run's events from `from_seq` on, or from the one after `Last-Event-ID`, until its end; or its words."""
        batches = await self._manager.runs.batches(run_id, after(last_event_id) or from_seq)
        return (text_stream if form else event_stream)(self._manager, batches, {"X-Run-Id": run_id})

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


async def run_response(
    manager: RunManager, started: Started, request: Request, runs: str, *, stop: bool, text: bool = False
) -> Response:
    """The answer to a request that started a run: its stream where that is accepted, else where below `runs` it is.

    `text`: its words instead.
    """
    headers = {"Location": f"{runs}/{started.run_id}", "X-Run-Id": started.run_id}
    if not (text or wants_stream(request)):
        return JSONResponse(started.model_dump(), 201, headers)
    run, batches = await manager.runs.find(started.run_id), await manager.runs.batches(started.run_id)
    leave = run.request_stop if run is not None and stop else None
    return (text_stream if text else event_stream)(manager, batches, headers, leave)


def event_stream(
    manager: RunManager,
    batches: AsyncIterator[list[bytes]],
    headers: Mapping[str, str],
    on_leave: Callable[[], object] | None = None,
) -> EventStream:
    """A run's events as a response; `on_leave` is called when its client goes before their end. Raises `Full`."""
    streams = manager.streams
    return EventStream(paced(batches, streams), streams, on_leave=on_leave, headers=headers, timeouts=manager.timeouts)


def text_stream(
    manager: RunManager,
    batches: AsyncIterator[list[bytes]],
    headers: Mapping[str, str],
    on_leave: Callable[[], object] | None = None,
) -> EventStream:
    """A run's words as a response, as they come; see `event_stream`."""
    pieces = paced(batches, manager.streams, plain_text.PlainText())
    timeouts = replace(manager.timeouts, heartbeat=plain_text.SILENT)
    return EventStream(
        pieces, manager.streams, on_leave=on_leave, headers=headers, timeouts=timeouts, media_type=plain_text.MEDIA_TYPE
    )


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
    started = {**WORDS_OR_STREAM, **documented(400, 403, 408, 409, 413, 422, 503)}
    add = routes.add_api_route
    add(
        "/runs",
        runs.start,
        operation="startRun",
        role="ask",
        methods=["POST"],
        status_code=201,
        response_model=Started,
        responses=started,
    )
    add("/runs", runs.listed, operation="listRuns", role=SEES, responses=documented(422, 503))
    add("/runs/{run_id}", runs.summary, operation="getRun", role=SEES, responses=documented(404, 422, 503))
    add(
        "/runs/{run_id}/events",
        runs.events,
        operation="followRun",
        role=SEES,
        response_class=EventStreamResponse,
        response_model=RunEvent,
        responses={**WORDS_OR_STREAM, **documented(400, 404, 422, 503)},
    )
    for name, end in {"stop": runs.stop, "halt": runs.halt}.items():
        add(
            f"/runs/{{run_id}}/{name}",
            end,
            operation=f"{name}Run",
            role="ask",
            response_class=Response,
            methods=["POST"],
            status_code=202,
            responses=documented(404, 409, 422, 503),
        )
    return routes
