"""The kind of route that all of this door's are, in anyone's app.

Each declares the role that it asks for; bodies have a limit, and errors are problems.
"""

import json
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, cast

from fastapi import APIRouter, Depends, Request, Response, WebSocket
from fastapi.requests import HTTPConnection
from fastapi.routing import APIRoute
from starlette.websockets import WebSocketState

from mainstem.stream.trace_context import incoming

from .auth.access import Access, RouteRole, access
from .auth.gate import Gate
from .inclusion import included_at
from .operation_ids import operation_id, summary
from .problems import Problem, problem_of, response_of
from .request_body import BODY_SECONDS, ClosingResponse, LimitedBody
from .run_manager import RunManager


class UnicodeRequest(Request):
    """A request whose JSON is text throughout: half of a surrogate pair could be stored and never be sent again."""

    async def json(self) -> Any:
        """The body. Raises `Problem` where it has such a half."""
        value = await super().json()
        if b"\\ud" in (await self.body()).lower():
            try:
                json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                hint = "Send text that is whole, also where it was cut."
                raise Problem(422, "The body has half of a surrogate pair in it.", hint=hint) from None
        return value


class Route(APIRoute):
    """A route that knows its user before it reads anything, reads at most `max_bytes`, and tells problems."""

    gate: Gate | None = None
    access = access("admin")
    """Who may use it."""
    max_bytes = 1_000_000
    seconds = BODY_SECONDS
    """How long a body may take."""
    refusal: Callable[[Problem], Response] = staticmethod(response_of)
    """The answer to a problem."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the limit and an answer to errors."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            body = LimitedBody(request.receive, self.max_bytes, self.seconds)
            try:
                if self.gate is not None:
                    await self.gate.admit(request, self.access)
                body.announced(request)
                return await handle(UnicodeRequest(request.scope, body))
            except Exception as error:
                problem = problem_of(error)
                if problem is None:
                    raise
                return self._refused(problem, body)

        return answer

    def _refused(self, problem: Problem, body: LimitedBody) -> Response:
        if body.complete or problem.status_code not in (408, 413):
            return self.refusal(problem)
        return cast("Response", ClosingResponse(self.refusal(problem)))


def notes_inclusion(template: str) -> Callable[[HTTPConnection], Awaitable[None]]:
    """A dependency of the route `template` that notes where the request found its router, and the caller's span."""
    segments = template.count("/")

    async def note(connection: HTTPConnection) -> None:
        scope = connection.scope
        # what a proxy puts before all of the app says nothing of the router
        path = str(scope["path"]).removeprefix(scope.get("app_root_path", scope.get("root_path", "")))
        included_at.set(path.rsplit("/", segments)[0])
        incoming.set(connection.headers.get("traceparent"))

    return note


class Routes(APIRouter):
    """A router whose requests know who sends them, and where it is included.

    State belongs to a user, and to a graph there; not to whoever knows an id.
    """

    def __init__(self, gate: Gate, **more: Any) -> None:
        super().__init__(**more)
        self._gate = gate

    def add_api_route(  # type: ignore[reportIncompatibleMethodOverride]  # a route without a role is an error
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        operation: str,
        role: RouteRole | tuple[RouteRole, ...],
        **more: Any,
    ) -> None:
        """Add an operation for whoever has `role`, or one of several; `operation` is its id, as in `operation_id`."""
        more.setdefault("route_class_override", type("UserRoute", (self.route_class,), {"access": access(role)}))
        super().add_api_route(
            path,
            endpoint,
            name=operation,
            summary=summary(operation),
            generate_unique_id_function=operation_id(operation, path),
            dependencies=[Depends(notes_inclusion(path))],
            **more,
        )

    def add_api_websocket_route(  # type: ignore[reportIncompatibleMethodOverride]  # as above
        self,
        path: str,
        endpoint: Callable[..., Any],
        name: str | None = None,
        *,
        role: RouteRole | tuple[RouteRole, ...],
        **_: Any,
    ) -> None:
        """Add a WebSocket for whoever has `role`, or one of several; `endpoint` takes it as `websocket`."""
        asked = asking(self._gate, access(role), endpoint)
        super().add_api_websocket_route(path, asked, name, dependencies=[Depends(notes_inclusion(path))])


def asking(gate: Gate, access: Access, endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """`endpoint` of a WebSocket, for users who may; what it raises before it accepts is answered as a problem."""

    @wraps(endpoint)
    async def asked(*, websocket: WebSocket, **given: Any) -> None:
        try:
            await gate.admit(websocket, access)
            await endpoint(websocket=websocket, **given)
        except Exception as error:
            problem = problem_of(error)
            waits = websocket.application_state is WebSocketState.CONNECTING
            if problem is None or not waits or "websocket.http.response" not in websocket.scope.get("extensions", {}):
                raise
            await websocket.send_denial_response(response_of(problem))

    cast("Any", asked).access = access
    return asked


def routes_with(
    manager: RunManager,
    *,
    tags: list[str],
    upload: bool = False,
    refusal: Callable[[Problem], Response] = response_of,
) -> Routes:
    """An empty router whose routes have the users and limits of `manager`, and answer problems by `refusal`."""
    settings = manager.session.settings
    megabytes = settings.serve_upload_mb if upload else settings.serve_body_mb
    bounds = {"max_bytes": int(megabytes * 1_000_000), "refusal": staticmethod(refusal), "gate": manager.gate}
    return Routes(manager.gate, route_class=type("BoundedRoute", (Route,), bounds), tags=list(tags))
