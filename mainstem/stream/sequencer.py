"""Numbers events once, after joining deltas that nobody was waiting for.

A delta joins the one before it while that one is still unnumbered. It stays unnumbered only while no reader waits, and
at most 100 ms or 4 KB; a message's first delta never does. Joining changes no text, moves nothing across another event
and hides no arrival (`n`, `first_at`, `last_at`).
"""

import asyncio
from collections.abc import Callable

from .alerts import log_alert
from .events import Event, Notice, Progress, ToolArguments, ToolOutput, Words
from .log import Log

HOLD_SECONDS = 0.1
"""The longest time that a delta waits for another to join it."""

HOLD_BYTES = 4096
"""The most text that is joined into one delta."""

Joinable = Words | ToolArguments | ToolOutput | Progress


class Sequencer:
    """Hands every event of a run to the log, which numbers it, and before that to `seen`: words unnumbered."""

    def __init__(self, run_id: str, log: Log, seen: Callable[[Event], None]) -> None:
        self._run_id = run_id
        self._log = log
        self._seen = seen
        self._held: list[Joinable] = []
        self._held_size = 0
        self._timer: asyncio.TimerHandle | None = None

    def put(self, event: Event) -> None:
        """Take the next event of the run."""
        if not isinstance(event, Joinable):
            self.flush()
            self._number(event)
            return
        if self._held and not self._joins(event):
            self.flush()
        log = self._log  # a reader that is elsewhere does not tell that it waits: it has seen what is committed
        at_once = (log.shown == log.last if log.shows_committed else log.waiters) or _is_first(event)
        if at_once and not self._held:
            self._number(event)
            return
        self._hold(event)
        if at_once:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(HOLD_SECONDS, self._timed_out)

    def _joins(self, event: Joinable) -> bool:
        before = self._held[-1]
        if type(before) is not type(event) or before.task_id != event.task_id:
            return False
        return _whose(before) == _whose(event) and self._held_size < HOLD_BYTES

    def _hold(self, event: Joinable) -> None:
        self._log.pending = self.flush
        if isinstance(event, Progress):
            self._held = [event]
        else:
            self._held.append(event)
            self._held_size += len(event.text)

    def _timed_out(self) -> None:
        self._timer = None
        self.flush()

    def flush(self) -> None:
        """Number what is held."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._held:
            self._log.pending = None
            held, self._held, self._held_size = self._held, [], 0
            self._number(held[0] if len(held) == 1 else _join(held))

    def _number(self, event: Event) -> None:
        if not isinstance(event, Words):  # most events are words: to copy one costs more than to encode it
            event = event.model_copy(update={"seq": self._log.last + 1, "run_id": self._run_id})
            if isinstance(event, Notice):
                log_alert(event)
        self._seen(event)
        self._log.append(event)


def _is_first(event: Joinable) -> bool:
    return isinstance(event, Words) and event.tokens <= event.n


def _whose(event: Joinable) -> tuple[str | None, ...]:
    if isinstance(event, Progress):
        return event.tool_call_id, event.unit  # its label may be the very file that is being read
    return (event.message_id,) if isinstance(event, Words) else (event.tool_call_id,)


def _join(held: list[Joinable]) -> Event:
    last = held[-1]
    texts = [event.text for event in held if not isinstance(event, Progress)]
    update: dict[str, object] = {"text": "".join(texts)}
    words = [event for event in held if isinstance(event, Words)]
    if words:
        update |= {"n": sum(event.n for event in words), "first_at": words[0].first_at}
    return last.model_copy(update=update)
