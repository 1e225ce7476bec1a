"""The proxies that the environment names, looked at before a client fails over them with an error of its own."""

import urllib.request
from importlib.util import find_spec
from urllib.parse import urlsplit

_KNOWN = ("http", "https", "socks5", "socks5h")
_SOCKS = "socksio"
"""The package that httpx wants for the last two."""


def why_not() -> str:
    """Why a client cannot use them, and what to do, in one line that holds no password; empty when it can."""
    found = urllib.request.getproxies()
    reasons = (_why_not(kind, found[kind]) for kind in ("http", "https", "all") if found.get(kind))
    return next(filter(None, reasons), "")


def _why_not(kind: str, proxy: str) -> str:
    name, scheme = f"{kind.upper()}_PROXY", _scheme(proxy)
    if scheme not in _KNOWN:
        return f"{name} names no proxy that can be used: write it as http://host:port or socks5://host:port."
    if scheme.startswith("socks") and find_spec(_SOCKS) is None:
        return f"{name} names a {scheme}:// proxy, for which a package is missing: `pip install {_SOCKS}`."
    return ""


def _scheme(proxy: str) -> str:
    try:
        return urlsplit(proxy if "://" in proxy else f"http://{proxy}").scheme
    except ValueError:
        return ""
