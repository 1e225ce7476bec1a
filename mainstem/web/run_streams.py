"""`/runs/{run_id}/stream`: a run as a Durable Stream, for its clients in any language."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from mainstem.stores.journal import Journal
from mainstem.stream.run import Run

from . import durable_stream
from .durable_stream import DurableLog, Messages, StreamRequest
from .problems import documented
from .route import routes_with
from .run_lookup import RunLookup
from .run_manager import RunManager
from .runs import SEES
from .schemas.streams import EVENT_SCHEMA

_SEQ = re.compile(rb'"seq":(\d+)')


class RunLog:
    """A run's events as a log: a run that is over has a fixed end. Its name is its id."""

    content_type = "application/json"

    def __init__(
        self, name: str, run: Run | None, events: int, batches: Callable[[int], AsyncIterator[list[bytes]]]
    ) -> None:
        self.name = name
        self._run = run
        self._events = events
        self._batches = batches

    @property
    def tail(self) -> int:
        """The number of the last event."""
        return self._events if self._run is None else self._run.last_seq

    @property
    def closed(self) -> bool:
        """Whether the run is over."""
        return self._run is None or self._run.finished

    async def read(self, position: int, limit: int) -> Messages:
        """The events behind a position."""
        found, tail = list[tuple[int, bytes]](), self.tail
        if position >= tail:
            return found
        async for batch in self._batches(position + 1):
            found += [(_seq(line), line) for line in batch]
            if len(found) >= limit or found[-1][0] >= tail:
                break
        return found[:limit]

    async def news(self, position: int) -> None:
        """Wait for the next event, or the end."""
        if position < self.tail or self._run is None:
            return
        async for _ in self._run.batches(position + 1):
            break


def _seq(line: bytes) -> int:
    found = _SEQ.search(line)
    return int(found[1]) if found else 0


class RecordedLog:
    """The same of a run that goes on in another process, as far as the journal has it."""

    content_type = "application/json"

    def __init__(self, runs: RunLookup, journal: Journal, run_id: str) -> None:
        self.name = run_id
        self.tail = 0
        self.closed = False
        self._runs = runs
        self._journal = journal

    async def look(self) -> None:
        """See how far it has come."""
        record = await self._runs.record(self.name)  # before its events: when it is over, they are all there
        while rows := await self._journal.read(self.name, self.tail + 1):
            self.tail = rows[-1][0]
        self.closed = record.status is not None

    async def read(self, position: int, limit: int) -> Messages:
        """The events behind a position."""
        found = list[tuple[int, bytes]]()
        while len(found) < limit and position < self.tail:
            rows = await self._journal.read(self.name, position + 1, limit - len(found))
            found += [row for row in rows if row[0] <= self.tail]
            position = rows[-1][0] if rows else self.tail
        return found

    async def news(self, position: int) -> None:
        """Wait for the next event, or the end."""
        while position >= self.tail and not self.closed:
            await self._journal.more(self.name, self.tail + 1)
            await self.look()


class RunStreamOperations:
    """The operations on runs as Durable Streams."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def read(
        self,
        run_id: str,
        offset: Annotated[str | None, Query(max_length=40, description="A Stream-Next-Offset, -1 or now.")] = None,
        live: Annotated[str | None, Query(max_length=20, description="sse or long-poll.")] = None,
        cursor: Annotated[str | None, Query(max_length=40, description="The last Stream-Cursor.")] = None,
        if_none_match: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Response:
        """A run's events as a Durable Stream: what there is, or as it comes."""
        log = await self._log(run_id)
        asked = StreamRequest(offset, live, cursor, if_none_match)
        return await durable_stream.read(log, asked, self._manager.streams, self._manager.timeouts)

    async def head(self, run_id: str) -> Response:
        """How far a run is, and whether it is over."""
        return durable_stream.head(await self._log(run_id))

    async def _log(self, run_id: str) -> DurableLog:
        """The run's log. Raises `UnknownRun`."""
        runs = self._manager.runs
        run = await runs.find(run_id)
        if run is not None:
            return RunLog(run_id, run, 0, run.batches)
        record = await runs.record(run_id)
        if record.status is None:
            log = RecordedLog(runs, self._manager.session.journal, run_id)
            await log.look()
            return log
        return RunLog(run_id, None, record.events or 0, lambda seq: self._replayed(run_id, seq))

    async def _replayed(self, run_id: str, seq: int) -> AsyncIterator[list[bytes]]:
        async for batch in await self._manager.runs.batches(run_id, seq):
            yield batch


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    streams, routes = RunStreamOperations(manager), routes_with(manager, tags=["Durable Streams"])
    answers = {**_ANSWERS, **documented(400, 404, 409, 422, 503)}
    routes.add_api_route(
        "/runs/{run_id}/stream",
        streams.read,
        operation="readRunStream",
        role=SEES,
        response_class=Response,
        responses=answers,
    )
    routes.add_api_route(
        "/runs/{run_id}/stream",
        streams.head,
        operation="headRunStream",
        role=SEES,
        methods=["HEAD"],
        response_class=Response,
        responses=answers,
    )
    return routes


_EVENTS: dict[str, Any] = {"type": "array", "items": EVENT_SCHEMA}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Events.", "content": {"application/json": {"schema": _EVENTS}, "text/event-stream": {}}},
    204: {"description": "No news."},
    304: {"description": "Nothing has changed."},
}
