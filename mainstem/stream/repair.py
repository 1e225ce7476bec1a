"""After a stop: keep the partial answer, marked, and answer every orphan tool call, so that the next turn can run."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langgraph.graph import END, START
from langgraph.types import StateSnapshot

from .answer import is_candidate
from .events import Notice
from .sources import Source
from .sources.node_writes import may_write, writes_one
from .translate import RunState
from .translate.message_fields import field, tool_calls_of
from .translate.open_items import OpenMessage, names_of

STOPPED = "The run ended before this call did. Its outcome is unknown: it may have taken effect, or still be running."
"""What a model reads in place of the result of a call that was stopped: a thread runs on, whatever is cancelled."""

INCOMPLETE = {"complete": False}
"""Response metadata of a message that is not all that the model would have said."""

UNANSWERED = "unanswered"
"""The `rule` of a notice which says that a failed run left calls without an answer."""


async def repair(source: Source, config: dict[str, Any], state: RunState, given: Any = None) -> int:
    """Make the thread usable for a next turn, whose input may be known; returns how many messages were added."""
    branch, config = config, _latest(config)
    snapshot = await source.state(config)
    if not await _goes_on_from(source, snapshot, branch):
        if not await _end_branch(source, branch):
            return 0
        snapshot = await source.state(config)
    elif snapshot.next or snapshot.tasks:
        # What was about to run belongs to the stopped turn. This also keeps what tasks had already written: a snapshot
        # shows it, but the next turn or an update by itself would drop it.
        await source.graph.aupdate_state(config, None, as_node=END)
        snapshot = await source.state(config)
    key, messages = messages_of(snapshot.values)
    if key is None:
        return 0
    said = _unstored(state, {field(message, "id") for message in messages})
    # source files are read: not in the event loop
    partials = await asyncio.to_thread(lambda: [_partial(one) for one in _kept(said, source, state, key)])
    added = [*_left_open(messages, given), *partials]
    if added:
        await _add(source, config, {key: added}, _writers(source, state, partials))
    if added or snapshot.next:
        await source.graph.aupdate_state(config, None, as_node=END)
    return len(added)


def _latest(config: dict[str, Any]) -> dict[str, Any]:
    return {"configurable": {key: value for key, value in config["configurable"].items() if key != "checkpoint_id"}}


async def _goes_on_from(source: Source, snapshot: Any, branch: dict[str, Any]) -> bool:
    """Whether the thread at `snapshot` goes on from the checkpoint that `branch` names, if it names one."""
    begun = branch["configurable"].get("checkpoint_id")
    while begun and snapshot.parent_config:
        found = snapshot.parent_config["configurable"]["checkpoint_id"]
        if found <= begun:  # ids are in order of time
            return found == begun
        snapshot = await source.state(snapshot.parent_config)
    return not begun


async def _end_branch(source: Source, branch: dict[str, Any]) -> bool:
    """The run has written nothing: end what was about to go on where it stands, if any, and leave other branches be."""
    place = {"configurable": {"checkpoint_ns": "", **branch["configurable"]}}
    if not (await source.state(place)).next:
        return False
    await source.graph.aupdate_state(place, None, as_node=END)
    return True


async def heal(source: Source, config: dict[str, Any], thread: StateSnapshot, given: Any = None) -> int:
    """Answer the calls that an earlier run left open when it failed or was killed; returns how many there were.

    Done before a new question only: until then, the thread can still be resumed where it failed. Those that the input
    answers by itself are left to it, and a thread that waits for a decision is left alone. `thread`: how it stands.
    """
    if thread.interrupts or not _left_open(messages_of(thread.values)[1], given):
        return 0
    return await repair(source, config, RunState(), given)


async def unanswered(source: Source, config: dict[str, Any]) -> Notice | None:
    """What to say of the calls that a failed run left open; None where there are none, or a person must decide."""
    snapshot = await source.state({"configurable": config["configurable"]})
    left = [] if snapshot.interrupts else orphans(messages_of(snapshot.values)[1])
    calls = ", ".join(f"{message.name} ({message.tool_call_id})" for message in left)
    text = (
        f"Left without an answer: {calls}. Providers refuse a thread with such calls: resume this run, or give their "
    )
    return Notice(kind="review", rule=UNANSWERED, count=len(left), text=text + "ToolMessages first.") if left else None


def messages_of(values: Any) -> tuple[str | None, list[Any]]:
    """The state key that holds a graph's messages, and the messages; None and nothing where it keeps none."""
    if not isinstance(values, Mapping):
        return None, []
    values = cast("Mapping[str, Any]", values)
    if isinstance(values.get("messages"), list):
        return "messages", values["messages"]
    for key, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], BaseMessage):
            return key, cast("list[Any]", value)
    return None, []


def last_id(values: Any) -> str | None:
    """The id of the last of a graph's messages; None where there is none, or it has no id yet."""
    messages = messages_of(values)[1]
    identity = field(messages[-1], "id") if messages else None
    return str(identity) if identity else None


def _unstored(state: RunState, stored: set[Any]) -> list[OpenMessage]:
    """What nodes said that had not ended, as far as it came."""
    return [
        message
        for message in state.messages.values()
        if message.pieces and is_candidate(message)
        if message.message_id not in stored and (message.task_id in state.cut or not message.complete)
    ]


def _kept(said: list[OpenMessage], source: Source, state: RunState, key: str) -> list[OpenMessage]:
    """What the nodes would have written into the conversation: of a task that adds one message, the latest."""
    mine = [message for message in said if _belongs(message, source, state, key)]
    latest = {message.task_id: message for message in mine}
    return [one for one in mine if latest[one.task_id] is one or not _writes_one(one, source, key)]


def _writes_one(message: OpenMessage, source: Source, key: str) -> bool:
    *around, node = names_of(message.ns, message.node)
    return writes_one(source.graph, around, node, key)


def _belongs(message: OpenMessage, source: Source, state: RunState, key: str) -> bool:
    """Whether its node would have written it into the conversation: no tool's, subagent's or router's words."""
    if message.in_tool:
        return False
    if message.answer:
        return True
    *around, node = names_of(message.ns, message.node)
    if (wrote := state.wrote.get((*around, node))) is not None:
        return key in wrote
    # a server does not show the code of its graph
    return may_write(source.graph, around, node, key) if hasattr(source.graph, "nodes") else not around


def _partial(message: OpenMessage) -> AIMessage:
    """It, under the id that it was streamed with."""
    return AIMessage(
        message.text, id=message.message_id, response_metadata={} if message.complete else dict(INCOMPLETE)
    )


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


def _left_open(messages: list[Any], given: Any) -> list[ToolMessage]:
    answers = messages_of(given)[1]
    answered = {field(message, "tool_call_id") for message in answers}
    return [message for message in orphans(messages) if message.tool_call_id not in answered]


def _calls(message: Any) -> list[dict[str, Any]]:
    return [*tool_calls_of(message), *(field(message, "invalid_tool_calls") or ())]


def _writers(source: Source, state: RunState, partials: list[AIMessage]) -> list[str | None]:
    """The nodes at the top of the graph in whose name the messages may be added, the likeliest first."""
    spoke = [message for message in reversed(state.messages.values()) if message.node]
    said = {str(partial.id) for partial in partials}
    likely = [_top(message.ns, message.node) for message in spoke if message.message_id in said]
    likely += [_top(node.ns, node.node) for node in state.cut.values()]
    likely += [_top(message.ns, message.node) for message in spoke]
    # An edge may not be able to follow what it was not made for: LangChain's agent fails after its model, and not
    # after its tools.
    others = [name for name in getattr(source.graph, "nodes", ()) if name != START]
    return list(dict.fromkeys([*likely, *others])) or [None]


def _top(ns: tuple[str, ...], node: str | None) -> str | None:
    return ns[0].partition(":")[0] if ns else node


async def _add(source: Source, config: dict[str, Any], update: dict[str, Any], writers: list[str | None]) -> None:
    """Write `update` in the name of the first node whose own edges agree: an update makes LangGraph follow them."""
    for position, writer in enumerate(writers, 1):
        try:
            await source.graph.aupdate_state(config, update, as_node=writer)
        except Exception:
            if position == len(writers):
                raise
        else:
            return
