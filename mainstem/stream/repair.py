"""After a stop: keep the partial answer, marked, and answer every orphan tool call, so that the next turn can run."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langgraph.types import StateUpdate

from .sources import Source
from .translate import RunState
from .translate.reading import field, tool_calls_of

STOPPED = "This call was stopped before it ended; nothing is known of its outcome."
"""What a model reads in place of the result of a call that was stopped."""

INCOMPLETE = {"complete": False}
"""Response metadata of a message that is not all that the model would have said."""


async def repair(source: Source, config: dict[str, Any], state: RunState) -> int:
    """Make the thread usable for a next turn; returns how many messages were added."""
    snapshot = await source.graph.aget_state(config)
    key, messages = _messages(snapshot.values)
    if key is None:
        return 0
    partial = _partial(state, {field(message, "id") for message in messages})
    unanswered = orphans(messages)
    added = [*unanswered, *([partial] if partial else [])]
    if not added and not snapshot.next:
        return 0
    node = _writer(state, partial, snapshot.next)
    updates = [[StateUpdate({key: added}, as_node=node)]] if added else []
    # What was about to run belongs to the stopped turn: the thread waits for a new one.
    await source.graph.abulk_update_state(config, [*updates, [StateUpdate(None, as_node="__end__")]])
    return len(added)


def _messages(values: Any) -> tuple[str | None, list[Any]]:
    if not isinstance(values, Mapping):
        return None, []
    values = cast("Mapping[str, Any]", values)
    if isinstance(values.get("messages"), list):
        return "messages", values["messages"]
    for key, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], BaseMessage):
            return key, cast("list[Any]", value)
    return None, []


def _partial(state: RunState, stored: set[Any]) -> AIMessage | None:
    """The answer as far as it came, under the id it was streamed with."""
    shown = [m for m in state.messages.values() if m.pieces and not m.ns and not m.superseded and m.answer is not False]
    if not shown or shown[-1].message_id in stored or shown[-1].complete:
        return None
    last = shown[-1]
    return AIMessage(content=last.text, id=last.message_id, response_metadata=dict(INCOMPLETE))


def orphans(messages: Iterable[Any]) -> list[ToolMessage]:
    """An answer for each tool call in `messages` that has none; without it, providers refuse the thread."""
    messages = list(messages)
    answered = {field(message, "tool_call_id") for message in messages if field(message, "type") == "tool"}
    calls = [call for message in messages if field(message, "type") == "ai" for call in _calls(message)]
    return [
        ToolMessage(STOPPED, tool_call_id=call["id"], name=call["name"], status="error")
        for call in calls
        if call["id"] not in answered
    ]


def _calls(message: Any) -> list[dict[str, Any]]:
    return [*tool_calls_of(message), *(field(message, "invalid_tool_calls") or ())]


def _writer(state: RunState, partial: AIMessage | None, waiting: Iterable[str]) -> str | None:
    if partial is not None and partial.id is not None:
        return state.messages[partial.id].node
    for message in reversed(list(state.messages.values())):
        if not message.ns and message.node:
            return message.node
    return next(iter(waiting), None)
