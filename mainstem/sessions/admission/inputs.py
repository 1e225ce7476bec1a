"""Whether a graph can store what it is given.

LangGraph stores an input before its reducers look at it: one that a reducer refuses would make the whole thread
unreadable. So the reducers are tried first.
"""

from collections.abc import Mapping
from typing import Any, cast

from langgraph.channels.binop import BinaryOperatorAggregate
from langgraph.channels.delta import DeltaChannel
from langgraph.types import Command

from ...stream.errors import WrongInput
from ...stream.sources import LocalGraph, Source
from ...text import one_line, short


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
