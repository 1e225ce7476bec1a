"""What must hold before a graph is given an input: its thread waits for nobody, and the input can be stored.

LangGraph stores an input before its reducers look at it: one that a reducer refuses would make the whole thread
unreadable. So the reducers are tried first.
"""

from collections.abc import Mapping
from typing import Any, cast
from unicodedata import category

from langgraph.channels.binop import BinaryOperatorAggregate
from langgraph.channels.delta import DeltaChannel
from langgraph.types import Command

from ..stream.errors import DecisionPending, WrongInput, WrongThreadId
from ..stream.sources import LocalGraph, Source
from ..text import one_line, short
from .approvals import requests_of, summary


def check_name(thread: str) -> None:
    """Raise `WrongThreadId` for a name with a slash, a control character or a line's end, or one that is only dots."""
    if thread in (".", "..") or any(char == "/" or category(char) in _UNPRINTABLE for char in thread):
        raise WrongThreadId(f"{thread!a} cannot be a thread's id: it has no slashes and no control characters.")


_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of control characters, of halves of one, and of ends of lines and paragraphs."""


def check_nothing_waits(thread: str, snapshot: Any) -> None:
    """Raise `DecisionPending` when the thread with this latest `StateSnapshot` waits for a person."""
    if not snapshot.interrupts:
        return
    requests = requests_of(snapshot.interrupts)
    waiting = "; ".join(map(summary, requests.values()))
    raise DecisionPending(f"Thread {thread!r} waits for a decision on {waiting}.", interrupts=requests)


def asks_anew(given: Any) -> bool:
    """Whether `given` begins a new turn, before which nothing may wait; a `Command` or None goes on with the old."""
    return given is not None and not isinstance(given, Command)


def check_input(source: Source, given: Any, values: Any) -> None:
    """Raise `WrongInput` when a reducer of the graph cannot add `given` to the state `values`.

    Only a graph in this process can be asked so; a server looks at its inputs itself.
    """
    if not isinstance(source, LocalGraph) or not isinstance(given, Mapping):
        return
    channels = cast("Mapping[str, Any]", source.graph.channels)
    state = cast("Mapping[str, Any]", values if isinstance(values, Mapping) else {})
    for key, value in cast("Mapping[str, Any]", given).items():
        channel = channels.get(key)
        if isinstance(channel, BinaryOperatorAggregate | DeltaChannel):
            _try(key, cast("Any", channel), value, state)


def _try(key: str, channel: Any, value: Any, state: Mapping[str, Any]) -> None:
    trial = channel.copy()
    if key in state:
        trial = channel.from_checkpoint(state[key])
    try:
        trial.update([value])
    except Exception as error:  # somebody's reducer may raise anything
        said = short(one_line(str(error).partition("\nFor troubleshooting")[0]) or type(error).__name__, 300)
        raise WrongInput(f"The graph cannot store this as {key!r}: {said}") from error
