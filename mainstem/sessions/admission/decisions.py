"""Whether a thread waits for a person, and whether decisions answer what it waits for."""

from typing import Any

from ...stream.errors import DecisionPending, ThreadError
from ..approvals import check_decisions, requests_of, summary
from ..threads.checkpoints import last_question
from ..threads.store import ThreadStore


async def check_resume(
    threads: ThreadStore, thread: str, decisions: Any, *, named: bool, checkpoint_id: str | None
) -> str | None:
    """Return when a thread can be gone on with so: the id of the question that is answered; see `Session.check`."""
    snapshot = await threads.state(thread, checkpoint_id)
    if checkpoint_id is not None and not await threads.is_end(thread, checkpoint_id):
        hint = "Its /branches tell where each branch ends."
        raise ThreadError(f"No branch of thread {thread!r} ends at {checkpoint_id!r}.", hint=hint)
    if decisions is not None and not snapshot.interrupts:
        raise ThreadError(f"Thread {thread!r} waits for no decision.", hint="Ask it something instead.")
    if decisions is None:
        check_nothing_waits(thread, snapshot)
    else:
        check_decisions(decisions, requests_of(snapshot.interrupts), named=named)
    return last_question(snapshot)


def check_nothing_waits(thread: str, snapshot: Any) -> None:
    """Raise `DecisionPending` when the thread with this latest `StateSnapshot` waits for a person."""
    if not snapshot.interrupts:
        return
    requests = requests_of(snapshot.interrupts)
    waiting = "; ".join(map(summary, requests.values()))
    raise DecisionPending(f"Thread {thread!r} waits for a decision on {waiting}.", interrupts=requests)
