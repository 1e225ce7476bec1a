"""The seam: any callable that says of a request's headers whose it is."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from mainstem.stores.users import User

from ..errors import Unauthenticated

Authenticate = Callable[[Mapping[str, str]], User | Awaitable[User | None] | None]
"""Whose request it is that has these headers (names in small letters); None, or `Unauthenticated`, where nobody's.

A plain function is called in a thread. The page's cookie is given to it as `authorization: Bearer …`.
"""


async def user_of(authenticate: Authenticate, headers: Mapping[str, str]) -> User:
    """The user that `authenticate` says. Raises `Unauthenticated`, and whatever it raises itself."""
    if _is_async(authenticate):
        said: Any = authenticate(headers)
    else:
        said = await asyncio.to_thread(authenticate, headers)
    user: Any = await said if inspect.isawaitable(said) else said
    if user is None:
        raise Unauthenticated("Nobody is known by these credentials.")
    if not isinstance(user, User) or not user.id:
        raise TypeError(f"authenticate returned {type(user).__name__}: let it return a User with an id, or None")
    return user


def _is_async(call: Any) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004


def any_of(ways: Sequence[Authenticate]) -> Authenticate:
    """The first of several ways that knows the user."""

    async def authenticate(headers: Mapping[str, str]) -> User | None:
        refused: Unauthenticated | None = None
        for way in ways:
            try:
                return await user_of(way, headers)
            except Unauthenticated as error:
                refused = error
        raise refused or Unauthenticated("Nobody is known by these credentials.")

    return ways[0] if len(ways) == 1 else authenticate


def bearer(headers: Mapping[str, str]) -> str:
    """The bearer token of a request. Raises `Unauthenticated` where there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("This server asks who you are.")
    return token.strip()


def plain(headers: Mapping[Any, Any]) -> dict[str, str]:
    """Headers as `authenticate` takes them, from a server that has them as bytes."""
    return {_text(name).lower(): _text(value) for name, value in headers.items()}


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
