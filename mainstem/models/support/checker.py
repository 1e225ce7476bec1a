"""Who judges whether a passage supports a sentence: the rules of `judge`, or a callable that a setting names.

    def checker(sentence: str, passage: str, question: str) -> Verdict: ...

Plain or `async`; a plain one runs in a thread. It is called once for each sentence and passage, one after the other.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, get_args

from mainstem.settings import Settings
from mainstem.stream.events import Verdict
from mainstem.text import one_line, short

from ..own_callable import call_own, own_name
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
                    return _verdict(await call_own(self._chosen, sentence, passage, question))
            except Exception as error:  # noqa: BLE001 (somebody's callable may raise anything; a run does not fail for it)
                self._give_up(self._chosen, error)
        return await asyncio.to_thread(judge, sentence, passage, question)

    def _give_up(self, chosen: str | Check, error: Exception) -> None:
        self._chosen = None
        name = own_name(chosen)
        late = f"took longer than {self._seconds:g} s (MAINSTEM_CHECKER_TIMEOUT)"
        said = short(one_line(str(error)), _SHOWN)
        why = late if isinstance(error, TimeoutError) else f"failed: {type(error).__name__}: {said}"
        self._tell(f"The checker {name} {why}. The rest of this answer is checked by the built-in rules.")


def _verdict(said: Any) -> Verdict:
    if said not in get_args(Verdict):
        raise ValueError(f"it answered {said!r}, and not one of {', '.join(get_args(Verdict))}")
    return said
