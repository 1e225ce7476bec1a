"""Adding a message to a run that goes on, and asking it afterwards where the run ended before it was read."""

from collections.abc import Callable
from typing import Any

from ..stream.errors import ThreadError
from ..stream.run import Run

Ask = Callable[[str], Any]
"""Asks a question in the thread of the run, when that is free."""


def steer(run: Run, text: str, *, reads: bool, ask_later: Ask) -> None:
    """Let the graph of `run` read `text` before it asks its model again; `reads`: whether it is known to look.

    What it does not read before its end is asked then. Raises `ThreadError` for a graph that reads nothing.
    """
    if not (reads or run.inbox.is_read):
        hint = 'Queue the question instead (policy "queue"), or let a node of the graph return steered().'
        raise ThreadError("This graph does not read what is added while it runs.", hint=hint)
    run.inbox.add(text)

    def ask_the_rest() -> None:
        for left in run.inbox.take():
            ask_later(left)

    run.when_done(ask_the_rest)
