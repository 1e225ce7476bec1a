"""The HTTP client that a chat model is given, so that its streams are read with as little work as there is."""

import urllib.request

import httpx

from mainstem.models import size_limits

from .transport import StreamTransport


def client() -> httpx.AsyncClient | None:
    """A client for one event loop; `None` where the environment names a proxy: the SDK's own goes through it."""
    if urllib.request.getproxies().keys() - {"no"}:
        return None
    return size_limits.async_client(StreamTransport())
