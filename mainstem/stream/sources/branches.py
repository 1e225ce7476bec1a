"""The branches of a `RunnableParallel`: tasks that LangChain starts, and leaves behind when they are cancelled."""

import asyncio
import gc
import sys
from contextvars import Context, ContextVar
from typing import Any

from ..waiting import until_over

_owner: ContextVar[object | None] = ContextVar("mainstem_branches_owner", default=None)

_THEIRS = "langchain_core"


def own_branches(owner: object) -> None:
    """The tasks that this one starts from here on, and those that they start, belong to `owner`."""
    _owner.set(owner)


async def cancel_branches(owner: object, work: asyncio.Task[Any]) -> None:
    """Cancel `work`, and the tasks of LangChain's that belong to `owner`, and wait for them.

    Tasks that other code started meanwhile are left alone: a client's keep-alive may serve more than this run.
    """
    work.cancel()
    await until_over(work)
    if not work.cancelled():
        work.exception()  # told elsewhere
    here = asyncio.current_task()
    left = [task for task in asyncio.all_tasks() if task is not here and _is_theirs(task) and _owner_of(task) is owner]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _is_theirs(task: asyncio.Task[Any]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and _THEIRS in code.co_filename


def _owner_of(task: asyncio.Task[Any]) -> object | None:
    if sys.version_info >= (3, 12):
        return task.get_context().get(_owner)
    # Python 3.11 keeps a task's context, and has no way to ask for it.
    contexts = (held for held in gc.get_referents(task) if isinstance(held, Context))
    return next((context.get(_owner) for context in contexts), None)
