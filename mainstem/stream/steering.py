"""What a person adds while a run goes on: it waits in the run's inbox until a node of the graph reads it.

A graph of yours is steered by a node before its model: `return {"messages": steered()}`.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, cast
from uuid import uuid4

from langchain_core.messages import HumanMessage

from .translate.message_fields import field

STEERING = "steering"
"""The key in `additional_kwargs` of a message that was added while its turn went on: it begins no turn."""


class Inbox:
    """The messages that were added to one run and not read yet."""

    def __init__(self) -> None:
        self.is_read = False
        """Whether the graph has looked into it: then it can be steered."""
        self._waiting: list[str] = []

    def add(self, text: str) -> None:
        """Let `text` be read with the graph's next look."""
        self._waiting.append(text)

    def take(self) -> list[str]:
        """What was added since the last look, oldest first."""
        taken, self._waiting = self._waiting, []
        return taken

    @property
    def waits(self) -> bool:
        """Whether something was added that nobody has read."""
        return bool(self._waiting)


inbox_of_run: ContextVar[Inbox | None] = ContextVar("inbox_of_run", default=None)
"""The inbox of the run that this code belongs to."""


def steered() -> list[HumanMessage]:
    """What a person added to this run since the last call, as messages for the thread; for a node of a graph."""
    inbox = inbox_of_run.get()
    if inbox is None:
        return []
    inbox.is_read = True
    return [HumanMessage(text, id=str(uuid4()), additional_kwargs={STEERING: True}) for text in inbox.take()]


def steering_waits() -> bool:
    """Whether `steered` would give something: for a route that would end the turn, or go straight to the model.

    A graph that asks this can be steered, as one that calls `steered` can.
    """
    inbox = inbox_of_run.get()
    if inbox is None:
        return False
    inbox.is_read = True
    return inbox.waits


def is_steering(message: Any) -> bool:
    """Whether a message was added while its turn went on."""
    extra = field(message, "additional_kwargs")
    return isinstance(extra, Mapping) and bool(cast("Mapping[str, Any]", extra).get(STEERING))
