"""The settings of the run that code is part of."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from .settings import Settings

_active: ContextVar[Settings | None] = ContextVar("mainstem_settings", default=None)


@cache
def _from_environment() -> Settings:
    return Settings()


def active() -> Settings:
    """The settings of the run that this code is part of; outside of one, those of the environment."""
    return _active.get() or _from_environment()


def reread_environment() -> None:
    """Let `active()` read the environment anew: it has changed."""
    _from_environment.cache_clear()


def chosen() -> Settings | None:
    """The settings of the session that started this run; None outside of one. Nothing is read for it."""
    return _active.get()


@contextmanager
def use(settings: Settings) -> Generator[None]:
    """Make `settings` the active ones for this task and the tasks it starts."""
    token = _active.set(settings)
    try:
        yield
    finally:
        _active.reset(token)
