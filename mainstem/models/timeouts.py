"""How long a model may be silent: limits on a stream, and a word about it before they are reached."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from langchain_core.callbacks import BaseCallbackHandler

from mainstem.settings import Settings

NOTICE_SECONDS = 10.0
"""Seconds of silence that are told of, unless half of the limit is less."""

CLOSING_SECONDS = 2.0
"""Seconds to wait, after an answer is whole, for its usage and for the stream to end."""

T = TypeVar("T")


@dataclass(frozen=True)
class Timeouts:
    """The limits of one answer, in seconds."""

    connect: float = 10.0
    """Until the connection stands."""
    first_token: float = 120.0
    """From the call to the first piece of the answer."""
    token: float = 120.0
    """Between one piece and the next."""
    turn: float = 600.0
    """For the whole answer."""

    @classmethod
    def of(cls, settings: Settings) -> "Timeouts":
        """The limits that `settings` name."""
        return cls(
            settings.model_connect_timeout,
            settings.model_first_token_timeout,
            settings.model_token_timeout,
            settings.model_turn_timeout,
        )


class Overdue(TimeoutError):
    """A limit was reached; `str(error)` says which, in words that follow the server's name."""


class StreamLimits(Protocol):
    """When the items of a stream must have come."""

    @property
    def begun(self) -> bool:
        """Whether `heard` need not be called any more."""
        ...

    @property
    def deadline(self) -> float:
        """When the next item must have come, in the event loop's time."""
        ...

    def waiting(self) -> float:
        """The reader wants the next item, and gets its deadline."""
        ...

    def heard(self, item: Any) -> None:
        """An item came."""
        ...

    def overdue(self) -> TimeoutError:
        """What to raise when the deadline has passed."""
        ...


class StreamDeadlines:
    """The limits on one stream, as they come into force: the first piece, then each next one, and the whole."""

    def __init__(self, timeouts: Timeouts, says_something: Callable[[Any], bool]) -> None:
        self._timeouts = timeouts
        self._says_something = says_something
        self._now = asyncio.get_running_loop().time
        self._end = self._now() + timeouts.turn
        self._next = self._now() + timeouts.first_token
        self.begun = False
        """Whether a piece of the answer has come."""
        self._ending = False

    @property
    def deadline(self) -> float:
        """When the next item must have come, in the event loop's time."""
        return min(self._next, self._end)

    def waiting(self) -> float:
        """The reader wants the next item, and gets its deadline: the time before does not count as silence."""
        if self.begun or self._ending:
            self._next = self._now() + (CLOSING_SECONDS if self._ending else self._timeouts.token)
        return min(self._next, self._end)

    def ending(self) -> None:
        """The answer is whole: what may still come is worth a short wait only."""
        self._ending = True

    def heard(self, item: Any) -> None:
        """An item came."""
        self.begun = self.begun or self._says_something(item)

    def overdue(self) -> Overdue:
        """What to raise when the deadline has passed."""
        timeouts = self._timeouts
        if self._end <= self._next:
            return Overdue(f"took longer than {timeouts.turn:g} s for its answer", "MAINSTEM_MODEL_TURN_TIMEOUT")
        if self.begun:
            said = f"was silent for {timeouts.token:g} s in the middle of its answer"
            return Overdue(said, "MAINSTEM_MODEL_TOKEN_TIMEOUT")
        said = f"did not begin to answer within {timeouts.first_token:g} s"
        return Overdue(said, "MAINSTEM_MODEL_FIRST_TOKEN_TIMEOUT")


async def bounded(source: AsyncIterator[T], limits: StreamLimits) -> AsyncGenerator[T]:
    """The items of `source`; raises `limits.overdue()` when the next one takes longer than `limits` allow.

    However it ends, `source` is closed at once and not by the garbage collector: a stream that nobody reads must not
    keep its connection.
    """
    alarm = _Alarm(limits)
    async with aclosing(cast("AsyncGenerator[T]", source)):
        try:
            while True:
                with alarm:
                    item = await anext(source, None)
                if item is None:
                    return
                if not limits.begun:
                    limits.heard(item)
                yield item
        finally:
            alarm.close()


class _Alarm:
    """Cancels a wait that lasts beyond the limits: one timer a stream, which rings too early and is moved on.

    A timer of its own for each item costs as much as all else that is done with one.
    """

    def __init__(self, limits: StreamLimits) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waits: asyncio.Task[Any] | None = None
        self._rang = False
        self._cancelling = 0

    def __enter__(self) -> None:
        due = self._limits.waiting()
        self._waits = asyncio.current_task()
        if self._timer is None or due < self._timer.when():
            self._set(due)

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        task, self._waits = self._waits, None
        if self._rang and task is not None and task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise self._limits.overdue() from None

    def _set(self, due: float) -> None:
        self.close()
        self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waits is None:
            return  # the reader is at work, and sets it anew when it waits
        if self._limits.deadline > self._loop.time():
            self._set(self._limits.deadline)
        else:
            self._rang = True
            self._cancelling = self._waits.cancelling()
            self._waits.cancel()

    def close(self) -> None:
        """Ring no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Stalls(BaseCallbackHandler):
    """A callback that tells of each long silence of one model call, once, before its limit is reached.

    Use it for a single call, in the event loop, and `close` it afterwards: a call that is cancelled ends unannounced.
    """

    run_inline = True

    def __init__(self, timeouts: Timeouts, tell: Callable[[str], None]) -> None:
        self._timeouts = timeouts
        self._tell = tell
        self._begun = False
        self._silent_since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        """The silence begins."""
        self._heard()

    def on_llm_new_token(self, *args: Any, **kwargs: Any) -> None:
        """The silence ends, and the next one begins."""
        self._begun = True
        self._heard()

    def on_llm_end(self, *args: Any, **kwargs: Any) -> None:
        """The call is over."""
        self.close()

    def close(self) -> None:
        """Tell nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def _limit(self) -> float:
        return self._timeouts.token if self._begun else self._timeouts.first_token

    @property
    def _notice(self) -> float:
        return min(NOTICE_SECONDS, self._limit / 2)

    def _heard(self) -> None:
        loop = asyncio.get_running_loop()
        self._silent_since = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._notice, self._look)

    def _look(self) -> None:
        # moved on here and not at each token, which would cost a timer each
        loop = asyncio.get_running_loop()
        due = self._silent_since + self._notice
        if due > loop.time():
            self._timer = loop.call_at(due, self._look)
            return
        self._timer = None
        where = "in the middle of its answer" if self._begun else "and has not begun to answer"
        self._tell(f"The model has been silent for {self._notice:g} s {where}; at {self._limit:g} s it is given up.")
