"""`/runs`: start a run, follow it, look at it, stop it."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from mainstem.stream.run import Run

from .bodies import RunRequest, RunSummary, Started
from .desk import Desk
from .problems import documented
from .route import Route
from .sse import EventStream, paced

EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


class Runs:
    """The operations on runs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def start(self, body: RunRequest, request: Request) -> Response:
        """Start a run. With `Accept: text/event-stream` the answer is its stream; then leaving stops it."""
        run = await self._desk.start(body.given, thread=body.thread, model=body.model, tags=body.tags)
        return started(run, request, stop=body.on_disconnect != "continue")

    async def events(
        self,
        run_id: str,
        from_seq: Annotated[int, Query(ge=1, description="Begin with this event.")] = 1,
        last_event_id: Annotated[str | None, Header(description="The last event that was seen.")] = None,
    ) -> Response:
        """A run's events from `from_seq` on, or from the one after `Last-Event-ID`, until its end."""
        batches = await self._desk.batches(run_id, after(last_event_id) or from_seq)
        return EventStream(paced(batches), headers={"X-Run-Id": run_id})

    async def summary(self, run_id: str) -> RunSummary:
        """What is known of a run."""
        return RunSummary.of(await self._desk.record(run_id))

    async def stop(self, run_id: str) -> Response:
        """Stop a run: what there is of its answer is kept, and its stream ends."""
        await self._desk.stop(run_id)
        return Response(status_code=202)


def started(run: Run, request: Request, *, stop: bool) -> Response:
    """The answer to a request that started `run`: its stream where that is accepted, else where to find it."""
    headers = {"Location": str(request.url_for("run", run_id=run.run_id).path), "X-Run-Id": run.run_id}
    if "text/event-stream" in request.headers.get("accept", ""):
        return EventStream(paced(run.batches()), on_leave=run.request_stop if stop else None, headers=headers)
    return JSONResponse({"run_id": run.run_id, "thread_id": run.thread_id}, 201, headers)


def after(last_event_id: str | None) -> int | None:
    """The event to begin with for a client that saw `last_event_id`; what is no number says nothing."""
    if last_event_id is None or not last_event_id.isascii() or not last_event_id.isdigit():
        return None
    return int(last_event_id[:18]) + 1


def router(desk: Desk) -> APIRouter:
    """The routes."""
    runs, routes = Runs(desk), APIRouter(route_class=Route, tags=["runs"])
    add = routes.add_api_route
    add(
        "/runs",
        runs.start,
        methods=["POST"],
        status_code=201,
        response_model=Started,
        responses={**EVENT_STREAM, **documented(400, 409, 413, 422, 503)},
    )
    add("/runs/{run_id}", runs.summary, name="run", responses=documented(404, 422, 503))
    add("/runs/{run_id}/events", runs.events, responses={**EVENT_STREAM, **documented(404, 422, 503)})
    add("/runs/{run_id}/stop", runs.stop, methods=["POST"], status_code=202, responses=documented(404, 409, 422, 503))
    return routes
