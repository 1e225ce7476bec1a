"""The budgets of a session's runs: each run's own, and those that its thread and its user share with other runs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from ..budget import Budget
from ..settings import Settings
from ..stores.opening import open_stores
from ..stores.spending import SpenderKind, SpentAmounts
from ..stream.run_budget import Accounts
from ..stream.spending import Account

_shared: WeakValueDictionary[tuple[object, SpenderKind, str], "KeptAccount"] = WeakValueDictionary()
"""The accounts that runs of this process draw on now."""


class KeptAccount(Account):
    """What a thread or a user has spent: shared by the runs of this process, kept for later ones."""

    def __init__(self, kind: SpenderKind, key: str, budget: Budget, store: SpentAmounts) -> None:
        super().__init__(kind, budget)
        self._kind: SpenderKind = kind
        self._key = key
        self._store = store
        self._kept: dict[str, float] = {}
        self._keeping = asyncio.Lock()

    async def keep(self) -> None:
        """Write down what was spent since, and learn what other processes have spent."""
        async with self._keeping:
            before = dict(self.spent)
            told = await self._store.add(self._kind, self._key, _more(before, self._kept))
            since = _more(self.spent, before)
            self._kept = told
            self.spent.update({unit: told.get(unit, 0.0) + since.get(unit, 0.0) for unit in {*told, *since}})


def _more(now: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    changed = {unit: amount - before.get(unit, 0.0) for unit, amount in now.items()}
    return {unit: amount for unit, amount in changed.items() if amount}


@asynccontextmanager
async def opened_accounts(settings: Settings, thread: str, user: str) -> AsyncGenerator[Accounts]:
    """What a run draws on, while it goes on: kept whenever a turn is reserved or settled, and at its end.

    Raises `SpendingError` where what was spent before cannot be read.
    """
    own = [Account("run", settings.run_budget)] if settings.run_budget.limits else []
    async with _drawn_on(_kept(settings, thread, user), own) as accounts:
        yield accounts


@asynccontextmanager
async def shared_accounts(settings: Settings, thread: str, user: str) -> AsyncGenerator[Accounts]:
    """The same without the run's own, for a turn of a run that no session of ours began."""
    async with _drawn_on(_kept(settings, thread, user), []) as accounts:
        yield accounts


def _kept(settings: Settings, thread: str, user: str) -> list[KeptAccount]:
    shared: list[tuple[SpenderKind, str, Budget | None]] = [
        ("thread", thread, settings.budget_thread),
        ("user", user, settings.budget_user),
    ]
    return [_account(settings, kind, key, budget) for kind, key, budget in shared if key and budget and budget.limits]


@asynccontextmanager
async def shadow_accounts(settings: Settings, variant: str, budget: Budget) -> AsyncGenerator[Accounts]:
    """What a shadow run draws on: what all shadow runs of its variant may spend together, and its own."""
    own = [Account("run", settings.run_budget)] if settings.run_budget.limits else []
    async with _drawn_on([_account(settings, "shadow", variant, budget)], own) as accounts:
        yield accounts


async def shadow_budget_left(settings: Settings, variant: str, budget: Budget) -> bool:
    """Whether the shadow runs of a variant may spend anything more. Raises `SpendingError`."""
    spent = await open_stores(settings, prune=False).spent.add("shadow", variant, {})
    return all(spent.get(unit, 0.0) < limit for unit, limit in budget.limits.items())


@asynccontextmanager
async def _drawn_on(kept: list[KeptAccount], own: list[Account]) -> AsyncGenerator[Accounts]:
    for account in kept:
        await account.keep()
    changed = asyncio.Event()
    keeper = asyncio.create_task(_keep(kept, changed)) if kept else None
    try:
        yield Accounts((*own, *kept), changed.set)
    finally:
        if keeper is not None:
            keeper.cancel()
            await asyncio.shield(asyncio.gather(*(account.keep() for account in kept)))


async def _keep(kept: list[KeptAccount], changed: asyncio.Event) -> None:
    while await changed.wait():
        changed.clear()
        # shielded: what is being written when the run ends is written, and the last of it waits for that
        await asyncio.shield(asyncio.gather(*(account.keep() for account in kept)))


def _account(settings: Settings, kind: SpenderKind, key: str, budget: Budget) -> KeptAccount:
    stores = open_stores(settings, prune=False)
    loop = asyncio.get_running_loop()
    place = (stores, loop), kind, key
    account = _shared.get(place)
    if account is None:
        account = _shared[place] = KeptAccount(kind, key, budget, stores.spent)
    account.limits = budget.limits
    return account
