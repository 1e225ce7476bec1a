"""The `updates` mode: what each node wrote, and the interrupts that wait for a person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from ..events import Event
from ..spans import execution_key
from . import messages, model_words, stored
from .message_fields import field, text_of
from .open_items import Ns, OpenNode
from .state import RunState

INTERRUPT = "__interrupt__"
MESSAGES = "messages"
_RESERVED = "__"


def translate_update(data: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The events that one update says."""
    cached = bool(field(data.get("__metadata__"), "cached"))
    for node, update in data.items():
        if node == INTERRUPT:
            yield from _interrupts(update, ns, state, at)
        elif node.startswith(_RESERVED):
            continue
        elif not state.tells_tasks:
            yield from _wrote(node, update, ns, state, at)
        elif cached:
            yield from _found_in_cache(node, update, ns, state, at)


def _found_in_cache(node: str, update: Any, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The only sign of what a node wrote that did not run; of its end, too, where it is clear which one is meant."""
    running = [each for each in state.nodes.values() if each.node == node and each.ns == ns]
    meant = running[0] if running else OpenNode(node, None, ns, at, timed=False)
    stored.note_write(meant, update, ns, state, cached=True)
    if isinstance(update, Mapping):
        yield from answers(meant, cast("Mapping[str, Any]", update), ns, state, at, cached=True)
    if len(running) == 1:
        yield from state.finish_node(execution_key(node, running[0].task_id, ns), at)


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
        open_keys = [execution_key(node, None, ns)]
    written: Mapping[str, Any] = cast("Mapping[str, Any]", update) if isinstance(update, Mapping) else {}
    stored.note_write(state.nodes[open_keys[0]], update, ns, state)
    yield from changed_messages(written, state, at)
    yield from answers(state.nodes[open_keys[0]], written, ns, state, at)
    yield from state.finish_node(open_keys[0], at, wrote=keys_of(written))


def keys_of(written: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that an update writes; no messages are no writing of messages."""
    return tuple(key for key, value in written.items() if not (key == MESSAGES and value == []))


def answers(
    running: OpenNode, written: Mapping[str, Any], ns: Ns, state: RunState, at: float, *, cached: bool = False
) -> Iterator[Event]:
    """The calls that a node made by hand and answers by dicts, or that a cache has answered."""
    meta = {"langgraph_node": running.node, "langgraph_checkpoint_ns": f"{running.node}:{running.task_id or ''}"}
    for said in [
        message for value in written.values() for message in model_words.answers_written(value, cached=cached)
    ]:
        call_id = field(said, "tool_call_id")
        if state.calls.asked_again(call_id) or call_id in state.tools:
            yield from messages.tell_answer(said, meta, ns, state, at)


def changed_messages(written: Mapping[str, Any], state: RunState, at: float) -> Iterator[Event]:
    """Messages that a node wrote under the id of a shown one, but with other words."""
    said = [message for value in written.values() for message in model_words.model_messages_written(value)]
    for message in said:
        state.calls.learn(message)
        shown = state.messages.get(field(message, "id") or "")
        if shown is None or shown.superseded or not shown.closed:
            continue
        # one key may hold it as it was shown, and another a form of it
        if all(text_of(each) != shown.text for each in said if field(each, "id") == shown.message_id):
            yield from messages.replace_shown(shown, message, state, at)
