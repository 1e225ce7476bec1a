"""A question to a person, which takes no answer that came before it was put."""

from typing import Any

from langgraph.config import get_config
from langgraph.errors import GraphInterrupt
from langgraph.types import Interrupt, interrupt

from mainstem.stores.ledger import Ledger, ToolCallClaim
from mainstem.stream.hitl import HITLRequest


async def ask(request: HITLRequest, ledger: Ledger) -> Any:
    """What is answered to `request` in this task. Raises `GraphInterrupt` where it is put now, and while it waits.

    A server that goes on with the run of a process that died gives it the decision once more that the run began with,
    and `interrupt` alone would take that for the answer to whatever is asked next.
    """
    place = get_config()["configurable"]  # type: ignore[reportTypedDictNotRequiredAccess]  # a node has it
    task = str(place["checkpoint_ns"])
    if await ledger.claim(ToolCallClaim(str(place.get("thread_id") or ""), task, 0, "question", "")) is None:
        raise GraphInterrupt((Interrupt.from_ns(request, task),))
    return interrupt(request)
