"""The kind of route that all of this door's are: bodies have a limit, and errors are problems, in anyone's app."""

import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

from fastapi import APIRouter, Depends, Request, Response
from fastapi.requests import HTTPConnection
from fastapi.routing import APIRoute

from mainstem.settings import Settings

from .inclusion import included_at
from .problems import Problem, problem_of, response_of
from .request_body import BODY_SECONDS, ClosingResponse, LimitedBody


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
    """A route that reads at most `max_bytes` and answers errors as problems."""

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
    """A dependency of the route `template` that notes in `included_at` where the request found its router."""
    segments = template.count("/")

    async def note(connection: HTTPConnection) -> None:
        scope = connection.scope
        # what a proxy puts before all of the app says nothing of the router
        path = str(scope["path"]).removeprefix(scope.get("app_root_path", scope.get("root_path", "")))
        included_at.set(path.rsplit("/", segments)[0])

    return note


class Routes(APIRouter):
    """A router whose requests know where it is included: state belongs to a graph there, not to whoever knows an id."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        """Add an operation."""
        super().add_api_route(path, endpoint, dependencies=[Depends(notes_inclusion(path))], **more)

    def add_api_websocket_route(
        self, path: str, endpoint: Callable[..., Any], name: str | None = None, **_: Any
    ) -> None:
        """Add a WebSocket."""
        super().add_api_websocket_route(path, endpoint, name, dependencies=[Depends(notes_inclusion(path))])


def routes_with(
    settings: Settings,
    *,
    tags: list[str],
    upload: bool = False,
    refusal: Callable[[Problem], Response] = response_of,
) -> APIRouter:
    """An empty router whose routes have the limits of `settings`, and answer problems by `refusal`."""
    megabytes = settings.serve_upload_mb if upload else settings.serve_body_mb
    kind = type("BoundedRoute", (Route,), {"max_bytes": int(megabytes * 1_000_000), "refusal": staticmethod(refusal)})
    return Routes(route_class=kind, tags=list(tags))
