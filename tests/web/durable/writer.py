"""Streams that a test may write: the suite makes what it reads. Its reads are answered by the code of the server."""

import asyncio
import json

from fastapi import FastAPI, Request, Response

from mainstem.web.durable_stream import SAFE, StreamRequest, head, read
from mainstem.web.limiter import Limiter
from mainstem.web.problems import Problem, handle
from mainstem.web.timeouts import StreamTimeouts

CLOSES = "stream-closed"


class Written:
    """A log in memory."""

    def __init__(self, name, content_type):
        self.name, self.content_type = name, content_type
        self.messages, self.closed, self._changed = [], False, asyncio.Event()

    @property
    def tail(self):
        return len(self.messages)

    async def read(self, position, limit):
        return list(enumerate(self.messages, 1))[position : position + limit]

    async def news(self, position):
        while position >= self.tail and not self.closed:
            await self._changed.wait()

    def write(self, body, *, close):
        self.messages += self._split(body) if body else []
        self.closed = self.closed or close
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _split(self, body):
        if not self.content_type.startswith("application/json"):
            return [body]
        value = json.loads(body)
        return [json.dumps(each).encode() for each in (value if isinstance(value, list) else [value])]


def writable():
    """An app of such streams, at any path."""
    app, streams = FastAPI(exception_handlers={Problem: refused}), {}
    limiter, timeouts = Limiter(100, "streams"), StreamTimeouts()

    def found(path):
        if path not in streams:
            raise Problem(404, "There is no such stream.")
        return streams[path]

    @app.put("/{path:path}")
    async def create(path: str, request: Request):
        kind = request.headers.get("content-type") or "application/octet-stream"
        log = streams.setdefault(path, Written(path, kind))
        log.write(await request.body(), close=CLOSES in request.headers)
        return told(log, 201)

    @app.post("/{path:path}")
    async def append(path: str, request: Request):
        log = found(path)
        log.write(await request.body(), close=CLOSES in request.headers)
        return told(log, 204)

    @app.get("/{path:path}")
    async def get(path: str, request: Request):
        query = request.query_params
        asked = StreamRequest(
            query.get("offset"), query.get("live"), query.get("cursor"), request.headers.get("if-none-match")
        )
        return await read(found(path), asked, limiter, timeouts, patience=2)

    @app.head("/{path:path}")
    async def look(path: str):
        return head(found(path))

    def told(log, status):
        answer = head(log)
        answer.status_code = status
        answer.headers["location"] = f"/{log.name}"
        return answer

    return app


async def refused(request: Request, error: Exception) -> Response:
    answer = await handle(request, error)
    answer.headers.update(SAFE)
    return answer
