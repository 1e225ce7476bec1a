"""The route of AG-UI."""

from ag_ui.core import RunAgentInput
from ag_ui.encoder import EventEncoder
from fastapi import APIRouter, Response

from mainstem.sessions.approvals import requests_of
from mainstem.stream import events as e
from mainstem.stream.run import Run

from ...problems import documented
from ...route import routes_with
from ...run_manager import RunManager
from ...runs import STREAM
from ...sse import EventStream, paced
from ..messages import given, thread_of
from . import request
from .conversation import Conversation
from .translate import Telling, translate


class Door:
    """The operation."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager
        self._encoder = EventEncoder()

    async def run(self, body: RunAgentInput) -> Response:
        """Run the agent on what is new in the messages, or go on with what `resume` decides.

        `threadId` names the thread. A client that leaves stops the run. `tools`, `state` and `context` are not used.
        """
        self._manager.streams.check()
        run = await (self._resume(body) if body.resume else self._start(body))
        telling = Telling(body.thread_id, body.run_id, Conversation(body.messages), calls=request.calls(body))

        def frame(line: bytes) -> bytes:
            return "".join(map(self._encoder.encode, translate(e.decode(line), telling))).encode()

        pieces = paced(run.batches(), self._manager.streams, frame)
        return EventStream(pieces, self._manager.streams, on_leave=run.request_stop, headers={"X-Run-Id": run.run_id})

    async def _start(self, body: RunAgentInput) -> Run:
        thread = await thread_of(self._manager, body.thread_id)
        start = await given(self._manager, thread, request.said(body))
        return await self._manager.start(start, thread=thread, model=request.model(body))

    async def _resume(self, body: RunAgentInput) -> Run:
        state = await self._manager.state(body.thread_id)
        asked = requests_of(state.interrupts)
        return await self._manager.resume(body.thread_id, request.decisions(body.resume or [], asked))


def router(manager: RunManager) -> APIRouter:
    """The route."""
    routes = routes_with(manager.session.settings, tags=["AG-UI"])
    responses = {**STREAM, **documented(404, 409, 413, 422, 503)}
    routes.add_api_route("/ag-ui", Door(manager).run, methods=["POST"], responses=responses, response_model=None)
    return routes
