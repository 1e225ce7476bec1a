"""The `updates` mode: what each node wrote, and the interrupts that wait for a person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from ..events import Event
from .reading import field, text_of
from .state import Ns, RunState

INTERRUPT = "__interrupt__"
_RESERVED = "__"


def translate(data: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The events that one update says."""
    for node, update in data.items():
        if node == INTERRUPT:
            yield from _interrupts(update, ns, state, at)
        elif not node.startswith(_RESERVED) and not state.tells_tasks:
            yield from _wrote(node, update, ns, state, at)


def _interrupts(interrupts: Sequence[Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """Interrupts name no node here: where task events come, those tell them; what they leave out, the end tells."""
    state.paused = True
    for asked in interrupts:
        state.waiting.setdefault(field(asked, "id"), (ns, field(asked, "value")))
    if not state.tells_tasks:
        yield from state.tell_interrupts(at)


def _wrote(node: str, update: Any, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """Without task events, an update is the first and the last sign of a node."""
    open_keys = [key for key, running in state.nodes.items() if running.node == node and running.ns == ns]
    if not open_keys:
        yield from state.start_node(node, None, ns, at, timed=False)
        open_keys = ["|".join((*ns, node))]
    written: Mapping[str, Any] = cast("Mapping[str, Any]", update) if isinstance(update, Mapping) else {}
    yield from changed_messages(written, state, at)
    yield from state.finish_node(open_keys[0], at, wrote=tuple(written))


def changed_messages(written: Mapping[str, Any], state: RunState, at: float) -> Iterator[Event]:
    """Messages that a node wrote under the id of a shown one, but with other words."""
    from .messages import restate

    for value in written.values():
        for said in cast("Sequence[Any]", value) if isinstance(value, list | tuple) else (value,):
            if field(said, "type") == "ai":
                state.calls.learn(said)
            shown = state.messages.get(field(said, "id") or "") if field(said, "type") == "ai" else None
            if shown is None or shown.superseded or not shown.closed:
                continue
            if text_of(said) != shown.text:
                yield from restate(shown, said, state, at)
