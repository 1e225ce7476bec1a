"""The fence of what a run writes: in the same transaction, the instance that holds its thread must still count.

The lock conflicts with the deletion of the instance's row and with nothing else: who takes over waits for what is
being written, and whatever comes later finds the row gone.
"""

from contextvars import ContextVar
from typing import Any

from ...stream.errors import LeaseLost
from .rules import STILL_COUNTS

fence: ContextVar[int | None] = ContextVar("mainstem_instance", default=None)
"""The instance that holds the thread of this run; None outside of a run."""

COUNTS_OR_FAILS = "SELECT 1 / count(*) AS counts FROM (SELECT id FROM instances WHERE id = %s FOR KEY SHARE) AS mine"
"""`STILL_COUNTS` as a part of what is written by one statement: that fails as a whole where the row is gone."""


def lost() -> LeaseLost:
    """The error of what an instance wanted to write that was given up."""
    return LeaseLost("This process was taken for dead, and its runs go on in another one.")


def check(connection: Any) -> None:
    """Return when what this run writes still counts, until the transaction ends. Raises `LeaseLost`."""
    instance = fence.get()
    if instance is not None and connection.execute(STILL_COUNTS, (instance,)).fetchone() is None:
        raise lost()
