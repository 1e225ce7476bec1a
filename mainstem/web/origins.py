"""Keeps other sites' pages out of a server that knows no password: by the names it is called, and by who calls."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from .problems import Problem, response_of

SAFE = ("GET", "HEAD", "OPTIONS")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def is_loopback(host: str) -> bool:
    """Whether an address to listen at is reached from this machine alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class OriginCheck:
    """Refuses requests to a name that is not in `hosts` (a page that had its name rebound), and what other sites send.

    `hosts`: names without ports; None: any name.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        problem = self._refused(scope) if scope["type"] in ("http", "websocket") else None
        if problem is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
            await response_of(problem)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _refused(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = _name_of(host)
        if name is None:
            return Problem(400, f"The Host {host!r:.80} is no name of a server.", hint="Send a valid Host header.")
        if self._hosts is not None and name not in self._hosts:
            hint = f"If it is meant to be: MAINSTEM_SERVE_HOSTS='[\"{name}\"]'."
            return Problem(421, f"This server is not called {name!r}.", hint=hint)
        writes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if writes and from_elsewhere(headers, host):
            return Problem(403, "This comes from another site's page.", hint="Let that site's server call instead.")
        return None


def _name_of(host: str) -> str | None:
    """The name in a `Host` header, without its port; None for what is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return None


def from_elsewhere(headers: Headers, host: str) -> bool:
    """Whether a page of another site, or of another port, sends this."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and origin.partition("://")[2] not in (host, headers.get("x-forwarded-host"))
