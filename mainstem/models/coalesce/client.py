"""The HTTP client that a chat model is given, so that its streams are read with as little work as there is."""

import urllib.request

import httpx

from .transport import StreamTransport

_TIMEOUT = httpx.Timeout(600.0, connect=10.0)  # where a request names none


def client() -> httpx.AsyncClient | None:
    """A client for one event loop; `None` where the environment names a proxy: the SDK's own goes through it."""
    if urllib.request.getproxies().keys() - {"no"}:
        return None
    return httpx.AsyncClient(transport=StreamTransport(), timeout=_TIMEOUT, follow_redirects=True)
