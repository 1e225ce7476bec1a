"""Whether a run may begin on an input: by its budget, its thread, and what its graph can store."""

from typing import Any

from ...models.budget import check_budget
from ...settings import Settings
from ...stream.sources import Source
from ..threads.checkpoints import check_there
from ..threads.state import is_free, state_at
from .decisions import check_nothing_waits
from .inputs import asks_anew, check_input
from .questions import is_question
from .thread_ids import check_thread_id


async def check_start(source: Source, given: Any, config: dict[str, Any] | None, bundled: Settings | None) -> Any:
    """Return when `source` can begin a run on `given`: the `StateSnapshot` of its thread, None where it was not read.

    `config` names the thread, None: a new one. `bundled`: the settings of the bundled agent; None: another graph.
    Raises what `Session.start` tells.
    """
    if bundled is not None:
        await check_budget(bundled)
    snapshot: Any = None
    if config is not None and source.keeps_threads and asks_anew(given):
        thread = str(config["configurable"]["thread_id"])
        check_thread_id(thread)
        # a question of ours can be stored whatever the thread holds, so that the thread need not be read whole
        if not (bundled is not None and is_question(given) and await is_free(source, config)):
            snapshot = await _free_thread(source, thread, config)
    check_input(source, given, None if snapshot is None else snapshot.values)
    return snapshot


async def _free_thread(source: Source, thread: str, config: dict[str, Any]) -> Any:
    """How the thread stands. Raises `DecisionPending`, `DamagedThread`, `ThreadError` for a missing checkpoint."""
    snapshot = await state_at(source, config)
    check_there(snapshot, config)
    check_nothing_waits(thread, snapshot)
    return snapshot
