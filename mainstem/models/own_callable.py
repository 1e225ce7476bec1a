"""A callable of the user's own, which a setting holds or names as `module:function`; plain or `async`."""

import asyncio
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


def own_name(chosen: str | Callable[..., Any]) -> str:
    """What it is called, for people."""
    return chosen if isinstance(chosen, str) else getattr(chosen, "__qualname__", type(chosen).__qualname__)


async def call_own(chosen: str | Callable[..., Any], *given: Any) -> Any:
    """What it returns, called in a thread unless it is async. Raises what that raises; `TypeError` for no callable."""
    check = await asyncio.to_thread(_contained, _load, chosen) if isinstance(chosen, str) else chosen
    waits = inspect.iscoroutinefunction(check) or inspect.iscoroutinefunction(getattr(check, "__call__", None))  # noqa: B004
    said: Any = check(*given) if waits else await asyncio.to_thread(_contained, check, *given)
    return await _awaited(said) if inspect.isawaitable(said) else said


def call_own_here(
    chosen: str | Callable[..., Any], *given: Any, loop: asyncio.AbstractEventLoop | None, seconds: float
) -> Any:
    """`call_own` in this thread, for code that is not async.

    What is async runs in `loop`, where that is another thread's, for `seconds` at most. Raises `TimeoutError` then.
    """
    check = _contained(_load, chosen) if isinstance(chosen, str) else chosen
    said = _contained(check, *given)
    if not inspect.isawaitable(said):
        return said
    waiting = asyncio.wait_for(_awaited(said), seconds)
    if loop is None or loop is _running_loop():
        return now(waiting)
    return asyncio.run_coroutine_threadsafe(waiting, loop).result()


def now(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, for code that is not async."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(copy_context().run, asyncio.run, work).result()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _contained(call: Callable[..., Any], *given: Any) -> Any:
    """What a call returns. What it raises is an error of its own, also where it means to end a program or a loop."""
    try:
        return call(*given)
    except (StopIteration, SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError) as error:
        raise RuntimeError(f"it raised {type(error).__name__}") from error


async def _awaited(said: Awaitable[Any]) -> Any:
    try:
        return await said
    except (SystemExit, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
            raise  # it is the run that is stopped, or the time limit
        raise RuntimeError(f"it raised {type(error).__name__}") from error


@cache
def _load(name: str) -> Callable[..., Any]:
    """The callable that `module:function` names. Raises what importing raises, and `TypeError`."""
    found: Any = pkgutil.resolve_name(name)
    if not callable(found):
        raise TypeError(f"{name} is no callable: name one as module:function")
    return cast("Callable[..., Any]", found)
