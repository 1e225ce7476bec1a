"""Who judges whether a passage supports a sentence: the rules of `judge`, or a callable that a setting names.

    def checker(sentence: str, passage: str, question: str) -> Verdict: ...

Plain or `async`; a plain one runs in a thread. It is called once for each sentence and passage, one after the other.
"""

import asyncio
import inspect
import pkgutil
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, cast, get_args

from mainstem.settings import Settings
from mainstem.stream.events import Verdict
from mainstem.text import one_line, short

from .judge import judge

Check = Callable[[str, str, str], Verdict | Awaitable[Verdict]]
"""`(sentence, passage, question)` to *supported*, *doubtful* or *unsupported*."""


_SHOWN = 200
"""Characters of an error that are told."""


class Checker:
    """The judge of one answer. Once the chosen one has failed or taken too long, the rules judge the rest."""

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        """`tell` gets one line about a failure, once at most."""
        self._chosen: str | Check | None = settings.checker
        self._seconds = settings.checker_timeout
        self._tell = tell

    async def __call__(self, sentence: str, passage: str, question: str) -> Verdict:
        """The verdict. Raises nothing that the chosen judge raises."""
        if self._chosen is not None:
            try:
                async with asyncio.timeout(self._seconds):
                    return _verdict(await _ask(self._chosen, sentence, passage, question))
            except Exception as error:  # noqa: BLE001 (somebody's callable may raise anything; a run does not fail for it)
                self._give_up(self._chosen, error)
        return await asyncio.to_thread(judge, sentence, passage, question)

    def _give_up(self, chosen: str | Check, error: Exception) -> None:
        self._chosen = None
        name = chosen if isinstance(chosen, str) else getattr(chosen, "__qualname__", type(chosen).__qualname__)
        late = f"took longer than {self._seconds:g} s (MAINSTEM_CHECKER_TIMEOUT)"
        said = short(one_line(str(error)), _SHOWN)
        why = late if isinstance(error, TimeoutError) else f"failed: {type(error).__name__}: {said}"
        self._tell(f"The checker {name} {why}. The rest of this answer is checked by the built-in rules.")


async def _ask(chosen: str | Check, *given: str) -> Any:
    check = await asyncio.to_thread(_contained, _load, chosen) if isinstance(chosen, str) else chosen
    waits = inspect.iscoroutinefunction(check) or inspect.iscoroutinefunction(getattr(check, "__call__", None))  # noqa: B004
    said: Any = check(*given) if waits else await asyncio.to_thread(_contained, check, *given)
    return await _awaited(said) if inspect.isawaitable(said) else said


def _contained(call: Callable[..., Any], *given: str) -> Any:
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
def _load(name: str) -> Check:
    """The callable that `module:function` names. Raises what importing raises, and `TypeError`."""
    found: Any = pkgutil.resolve_name(name)
    if not callable(found):
        raise TypeError(f"{name} is no callable: name one as module:function")
    return cast("Check", found)


def _verdict(said: Any) -> Verdict:
    if said not in get_args(Verdict):
        raise ValueError(f"it answered {said!r}, and not one of {', '.join(get_args(Verdict))}")
    return said
