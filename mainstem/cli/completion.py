"""What a shell completes beside commands and options: ids of threads and of runs, the newest first."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from mainstem.stores.journal import RunRecord
    from mainstem.stores.opening import Stores

MOST = 200
"""Runs that are looked through, the newest first."""

Completions = list[tuple[str, str]]
"""Words that may stand there, each with what is said of it."""

Finder = Callable[["Stores", "Sequence[RunRecord]"], Awaitable[Completions]]


def thread_ids(context: typer.Context, incomplete: str) -> Completions:
    """The threads whose id begins so; each with its title, or when it was begun."""
    return _completed(_threads, context, incomplete)


def run_ids(context: typer.Context, incomplete: str) -> Completions:
    """The runs whose id begins so; each with when it was begun and how it ended."""
    return _completed(_runs, context, incomplete)


def _completed(found: Finder, context: typer.Context, incomplete: str) -> Completions:
    try:
        with warnings.catch_warnings(action="ignore"):  # nothing may be told or asked while a line is written
            words = asyncio.run(_read(found, _stores(context.params.get("home"))))
    except Exception:  # noqa: BLE001 - whatever is wrong there, the command says it
        return []
    return [(word, said) for word, said in words if word.startswith(incomplete)]


def _stores(home: "Path | None") -> "Stores":
    from mainstem.settings import Settings
    from mainstem.stores.opening import open_stores

    return open_stores(Settings(home=home) if home else Settings(), prune=False)


async def _read(found: Finder, stores: "Stores") -> Completions:
    return await found(stores, await stores.journal.runs(MOST))


async def _threads(stores: "Stores", runs: "Sequence[RunRecord]") -> Completions:
    begun = {run.thread_id: run.started_at for run in reversed(runs) if run.thread_id}
    unlisted = await stores.owners.of("unlisted", list(begun))
    titles = await stores.thread_titles.of(begun)
    latest = dict.fromkeys(run.thread_id for run in runs if run.thread_id)
    return [(each, titles.get(each) or _when(begun[each])) for each in latest if each not in unlisted]


async def _runs(stores: "Stores", runs: "Sequence[RunRecord]") -> Completions:
    return [(run.run_id, f"{_when(run.started_at)}, {run.status or 'goes on'}") for run in runs]


def _when(started_at: str) -> str:
    return started_at[:16].replace("T", " ")
