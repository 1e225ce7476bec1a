"""The cookie of the page: a token that no script can read, and that no other site's page can send."""

import re

from fastapi.requests import HTTPConnection
from starlette.responses import Response

from ..origins import SAFE, from_elsewhere

NAME = "mainstem_token"
DAYS = 30
"""Days that a browser keeps it; the token in it may end sooner."""

MOST_BYTES = 3500
"""Length of a token that a browser keeps in a cookie."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def fits(token: str) -> bool:
    """Whether a cookie can hold the token."""
    return len(token) <= MOST_BYTES and _TOKEN.fullmatch(token) is not None


def with_bearer(connection: HTTPConnection) -> dict[str, str]:
    """The connection's headers; the page's cookie is its bearer token, where the page itself sends it."""
    headers = {name.lower(): value for name, value in connection.headers.items()}
    token = connection.cookies.get(NAME)
    if token and "authorization" not in headers and not from_another_page(connection):
        headers["authorization"] = f"Bearer {token}"
    return headers


def from_another_page(connection: HTTPConnection) -> bool:
    """Whether another page would use or set the cookie: a sibling's, on another port or name below the same site."""
    writes = connection.scope["type"] == "websocket" or connection.scope["method"] not in SAFE
    return writes and from_elsewhere(connection.headers, connection.headers.get("host", ""))


def give(response: Response, connection: HTTPConnection, token: str, path: str) -> None:
    """Let the browser keep the token for what lies at `path` and below."""
    seconds, secure = DAYS * 24 * 3600, connection.url.scheme == "https"
    response.set_cookie(NAME, token, max_age=seconds, path=path or "/", httponly=True, samesite="strict", secure=secure)


def take(response: Response, connection: HTTPConnection, path: str) -> None:
    """Let the browser forget it."""
    secure = connection.url.scheme == "https"
    response.delete_cookie(NAME, path=path or "/", httponly=True, samesite="strict", secure=secure)
