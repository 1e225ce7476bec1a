"""Who somebody is, and what they may do: what `authenticate` returns, and what things belong to."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal, get_args

Role = Literal["ask", "approve", "read", "admin"]
"""`ask`: start and stop runs of one's own, and add documents; `approve`: decide what waits in the threads that one may
see; `read`: see the threads and runs of others; `admin`: all of it, and with what belongs to others."""

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class User:
    """Somebody who sends requests. `tags` mark their runs, to tell costs apart, whatever they ask for."""

    id: str
    """What their threads, runs and documents belong to: it stays the same, whatever they sign in with."""
    roles: frozenset[str] = frozenset()
    """Of `ROLES`; others mean nothing here."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def may(self, *roles: Role) -> bool:
        """Whether they have one of these roles, or are an admin."""
        return not self.roles.isdisjoint((*roles, "admin"))


OPERATOR = User("", frozenset(ROLES))
"""Whoever uses a home that asks for no authentication: everything is theirs."""

NOBODY = User("")
"""Whoever did not sign in where that is asked for."""

_current: ContextVar[User | None] = ContextVar("mainstem_user", default=None)


def current_user() -> User | None:
    """Whose request this is; None where nobody is asked who they are, or nobody has said."""
    return _current.get()


def become(user: User) -> None:
    """Let what this task does from now on be the user's."""
    _current.set(user)


@contextmanager
def acting_as(user: User) -> Generator[None]:
    """Let what happens within be the user's."""
    token = _current.set(user)
    try:
        yield
    finally:
        _current.reset(token)
