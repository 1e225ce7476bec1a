"""The HTTP clients that a chat model is given, so that its streams are read with as little work as there is."""

import urllib.request
from typing import Any

import httpx

from mainstem.models import size_limits
from mainstem.settings import active

from .joined import join, join_blocking
from .transport import StreamTransport

_TRUST = ("verify", "cert", "trust_env")
_ROUTES = frozenset({"transport", "mounts", "proxy", "http1", "http2", "limits"})
"""Options that only httpx's own transport knows."""


def http_client(*, coalesce: bool | None = None, **options: Any) -> httpx.AsyncClient:
    """An HTTP client under whose streams events that arrived together are fewer events of the provider's own shape.

    For `ChatOpenAI(…, http_async_client=http_client())`, `openai.AsyncOpenAI(http_client=http_client())` and whatever
    else takes an httpx client. Streams of chat completions and of the Responses interface are joined; every other
    response passes as it is. `options` are those of `httpx.AsyncClient`: `verify`, `cert`, `timeout`, `headers`,
    `proxy` and so on; without one, the proxies of the environment are used. A redirect to another origin is refused,
    and what a provider sends is bounded (64 MB of a stream). With `coalesce=False` (default: `MAINSTEM_COALESCE`)
    nothing is joined. Close it with `aclose()`, or leave that to whom it is given.
    """
    if not (active().coalesce if coalesce is None else coalesce):
        return size_limits.async_client(**options)
    made = size_limits.async_client(**{"transport": _transport(options)} | options)
    made.event_hooks["response"].append(join)
    return made


def _transport(options: dict[str, Any]) -> StreamTransport | None:
    """Ours, which reads with less work; `None` where the way leads over what only httpx's own knows."""
    proxied = options.get("trust_env", True) and urllib.request.getproxies().keys() - {"no"}
    if proxied or options.keys() & _ROUTES:
        return None
    return StreamTransport(**{name: options[name] for name in _TRUST if name in options})


def sync_http_client(*, coalesce: bool | None = None, **options: Any) -> httpx.Client:
    """The twin of `http_client` for code without an event loop: `ChatOpenAI(…, http_client=sync_http_client())`."""
    made = size_limits.client(**options)
    if active().coalesce if coalesce is None else coalesce:
        made.event_hooks["response"].append(join_blocking)
    return made
