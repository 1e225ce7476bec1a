"""The budget of a run that is under way: its accounts are opened, its clock is watched, and people are told."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass

from ..budget import Budget
from . import prices
from .events import Event, MessageFinished, MessageStarted, Notice, ToolArguments, ToolStarted, Words
from .spending import Account, Say, Spending, use_spending


@dataclass(frozen=True)
class Accounts:
    """What a run draws on. `changed` is called when there is something to keep."""

    each: tuple[Account, ...] = ()
    changed: Callable[[], None] = lambda: None


OpenAccounts = Callable[[], AbstractAsyncContextManager[Accounts]]
"""Opens the accounts of one run, and keeps what it has spent once it is over."""


def own_account(budget: Budget | None) -> OpenAccounts:
    """The accounts of a run that has a budget of its own alone."""
    limited = budget is not None and budget.limits
    return lambda: nullcontext(Accounts((Account("run", budget),) if limited and budget else ()))


@asynccontextmanager
async def held(accounts: OpenAccounts, halt: Say, tell: Callable[[Event], None]) -> AsyncGenerator[Spending | None]:
    """What this run spends, while it is going on; None where no budget limits it."""
    async with accounts() as opened:
        if not opened.each:
            yield None
            return
        in_loop = _caller(asyncio.get_running_loop())
        spending = Spending(
            opened.each,
            lambda rule, text: in_loop(halt, rule, text),
            lambda rule, text: in_loop(tell, Notice(kind="budget", rule=rule, text=text)),
            lambda: in_loop(opened.changed),
        )
        if spending.limits_cost:
            await prices.load()  # a turn is reserved by its price
        use_spending(spending)
        clock = _Clock(spending)
        try:
            yield spending
        finally:
            clock.stop()


def _caller(loop: asyncio.AbstractEventLoop) -> Callable[..., None]:
    """Calls at once within `loop`; models that are not async are called in threads."""

    def call(work: Callable[..., None], *given: object) -> None:
        if asyncio._get_running_loop() is loop:
            work(*given)
        else:
            loop.call_soon_threadsafe(work, *given)

    return call


class _Clock:
    """Tells a `Spending` how much time has passed when it matters."""

    def __init__(self, spending: Spending) -> None:
        self._spending = spending
        self._began = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self._look()

    def _look(self) -> None:
        self._spending.passed(time.monotonic() - self._began)
        after = self._spending.look_in
        if after is not None and not self._spending.over:
            self._timer = asyncio.get_running_loop().call_later(after, self._look)

    def stop(self) -> None:
        """The run is over."""
        if self._timer is not None:
            self._timer.cancel()
        self._spending.passed(time.monotonic() - self._began)


class RemoteSpending:
    """Counts by its events what a graph spends that runs in another process. Raises `BudgetSpent`."""

    def __init__(self, spending: Spending) -> None:
        self._spending = spending
        self._models: dict[str, str | None] = {}

    def seen(self, event: Event) -> None:
        """Count what an event tells."""
        match event:
            case MessageStarted():
                self._models[event.message_id] = event.model
                self._spending.begin(event.message_id, 0, event.model, None)
            case Words():
                self._spending.arrived(event.message_id, event.text, event.n)
            case ToolArguments(message_id=str(message_id)):
                self._spending.arrived(message_id, event.text)
            case MessageFinished():
                self._spending.end(event.message_id, event.usage, self._models.pop(event.message_id, None))
            case ToolStarted():
                self._spending.tool()
            case _:
                pass
