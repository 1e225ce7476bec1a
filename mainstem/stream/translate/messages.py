"""The `messages` mode: words of models, and the whole messages that nodes return."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from langchain_core.messages import BaseMessage
from langchain_core.messages.ai import UsageMetadata, add_usage

from ..events import Event, ToolArguments
from ..finish_reasons import REFUSAL, RETURNED, is_whole
from ..meter import Meter
from ..prices import load_soon
from ..writer import ANSWER_NODES
from . import words
from .message_fields import (
    field,
    finish_reason_of,
    model_of,
    node_of,
    refuses,
    shortened,
    task_of,
    text_of,
    tool_calls_of,
)
from .open_items import Ns, OpenMessage, OpenTool
from .state import RunState

_MODEL_RUN_IDS = ("lc_run-", "run-")


def translate_message(data: tuple[Any, Mapping[str, Any]], ns: Ns, state: RunState, at: float) -> Iterable[Event]:
    """The events that one `(message, metadata)` part says."""
    said, meta = data
    if (more := words.next_delta(said, meta, state, at)) is not None:
        return more
    kind = field(said, "type")
    if kind == "AIMessageChunk":
        return _chunk(said, meta, ns, state, at)
    if kind == "ai":
        return _whole(said, meta, ns, state, at)
    return tell_answer(said, meta, ns, state, at) if kind == "tool" else ()


def _chunk(chunk: Any, meta: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    message = state.messages.get(_identity(chunk, meta, state))
    if message is None and _node_made(chunk, meta, state):
        yield from _whole(chunk, meta, ns, state, at)
        return
    if message is None:
        message = _open(chunk, meta, ns, state, at)
        yield from state.start_message(message, at)
    if message.closed:
        return
    yield from words.deltas(message, chunk, state, at, words.arrivals(chunk, state, at))
    for fragment in field(chunk, "tool_call_chunks") or ():
        yield from _arguments(message, fragment, at)
    _learn(message, chunk, meta)
    if field(chunk, "chunk_position") == "last":
        yield from state.finish_message(message, at)


def _identity(chunk: Any, meta: Mapping[str, Any], state: RunState) -> str:
    """The id of the message that a chunk belongs to.

    Where the provider names a message in its first chunk only (OpenAI's Responses), LangChain gives the other chunks
    the id of the model run, and stores the message under the provider's.
    """
    given = str(field(chunk, "id"))
    if given.startswith(_MODEL_RUN_IDS) and given not in state.messages and given not in state.named:
        task = task_of(meta)
        begun = [m for m in state.messages.values() if m.task_id == task and not (m.closed or m.meter.n or m.calls)]
        named = [m.message_id for m in begun if not m.message_id.startswith(_MODEL_RUN_IDS)]
        if len(named) == 1:
            state.named[given] = named[0]
    return state.named.get(given, given)


def _open(message: Any, meta: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> OpenMessage:
    node, task_id, message_id = node_of(meta), task_of(meta), field(message, "id")
    running = state.nodes.get(task_id or "")
    asked_at = state.asked_at.get(message_id, running.began_at if running else at)
    load_soon(meta.get("ls_provider"))
    return OpenMessage(
        message_id=message_id,
        node=node,
        task_id=task_id,
        ns=ns,
        answer=_is_answer(node, meta, state),
        meter=Meter(asked_at),
        model=model_of(message, meta),
        provider=meta.get("ls_provider"),
    )


def _is_answer(node: str | None, meta: Mapping[str, Any], state: RunState) -> bool | None:
    allowed = state.answer_nodes if state.answer_nodes is not None else meta.get(ANSWER_NODES)
    return None if allowed is None else node in allowed


def _arguments(message: OpenMessage, fragment: Mapping[str, Any], at: float) -> Iterator[Event]:
    index = fragment.get("index")
    call_id, name = fragment.get("id"), fragment.get("name") or ""
    if call_id:
        message.last_call = index
        message.calls[index] = (call_id, name)
    known = message.calls.get(message.last_call if index is None else index)
    if known is None:
        return
    text = fragment.get("args") or ""
    message.arguments[known[0]] = message.arguments.get(known[0], "") + text
    yield ToolArguments(
        at=at,
        node=message.node,
        task_id=message.task_id,
        ns=message.ns or None,
        message_id=message.message_id,
        tool_call_id=known[0],
        name=known[1],
        text=text,
    )


def _learn(message: OpenMessage, said: Any, meta: Mapping[str, Any]) -> None:
    """Take what a chunk tells of the whole message: usage, finish reason, model, provider."""
    if usage := field(said, "usage_metadata"):
        message.usage = total_usage(message.usage, usage)
    message.refused = message.refused or refuses(said)
    reason = finish_reason_of(said) or message.finish_reason
    message.finish_reason = REFUSAL if message.refused and is_whole(reason) else reason
    message.model = model_of(said, meta) or message.model
    told = cast("Mapping[str, Any]", field(said, "response_metadata") or {})
    message.provider = told.get("model_provider") or message.provider


def total_usage(before: UsageMetadata | None, now: UsageMetadata) -> UsageMetadata:
    """Usage of a message from what its chunks told: parts add up, repeated totals replace each other.

    Providers that repeat the running total in every chunk repeat the prompt's tokens; those that send parts do not.
    """
    if before and now["input_tokens"] and now["input_tokens"] == before["input_tokens"]:
        return now
    return add_usage(before, now)


def _whole(said: Any, meta: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    known = state.messages.get(field(said, "id"))
    if known is not None:
        if not known.closed:
            _learn(known, said, meta)
            yield from state.finish_message(known, at)
        return
    if field(said, "id") in state.kept.old:
        return
    message = _open(said, meta, ns, state, at)
    if _is_copy(said, message, state):
        return  # or it is said once more: what is stored, the `values` mode tells
    yield from state.start_message(message, at)
    yield from _say_whole(message, said, meta, state, at)
    yield from state.finish_message(message, at)


def tell_whole(
    said: Any, meta: Mapping[str, Any], ns: Ns, state: RunState, at: float, *, spent: bool = True
) -> Iterator[Event]:
    """A message that no model streamed; `spent`: whether its usage is this run's."""
    message = _open(said, meta, ns, state, at)
    yield from state.start_message(message, at)
    yield from _say_whole(message, said, meta, state, at)
    message.from_model, message.finish_reason = False, RETURNED
    message.usage = message.usage if spent else None
    yield from state.finish_message(message, at)


def _say_whole(message: OpenMessage, said: Any, meta: Mapping[str, Any], state: RunState, at: float) -> Iterator[Event]:
    yield from words.deltas(message, said, state, at)
    for index, call in enumerate(tool_calls_of(said)):
        yield from _arguments(message, {"index": index, **call, "args": shortened(call["args"], 10**9)}, at)
    _learn(message, said, meta)
    message.from_model = _model_made(said, state)
    if not message.from_model:
        message.finish_reason = RETURNED


def _model_made(message: Any, state: RunState) -> bool:
    """Whether a model run made it: by its id, or by what only providers say of a message."""
    if _of_a_model_run(message, state) or finish_reason_of(message) is not None:
        return True
    if state.tells_tools and isinstance(message, BaseMessage):
        return False  # models that run here are known by their calls: a name alone is what a node noted
    told = cast("Mapping[str, Any]", field(message, "response_metadata") or {})
    return any(told.get(key) for key in ("model_provider", "model_name", "model"))


def _of_a_model_run(message: Any, state: RunState) -> bool:
    identity = str(field(message, "id") or "")
    return identity.startswith(_MODEL_RUN_IDS) or identity in state.asked_at


def _node_made(chunk: Any, meta: Mapping[str, Any], state: RunState) -> bool:
    """Whether a node returned it; models that run here are known by their calls."""
    return state.tells_tools and "langgraph_step" in meta and not _of_a_model_run(chunk, state)


def _is_copy(said: Any, message: OpenMessage, state: RunState) -> bool:
    """Whether a node returned what its own model has already streamed, under another id."""
    if _of_a_model_run(said, state):
        return False  # a turn of its own, whatever it says
    text = text_of(said).split()
    calls = [call.get("id") for call in tool_calls_of(said)]
    return any(
        older.text.split() == text and [call for call, _ in older.calls.values()] == calls
        for older in state.messages.values()
        if _within(older, message) and not older.superseded and (older.pieces or calls)
    )


def _within(older: OpenMessage, message: OpenMessage) -> bool:
    """Whether `older` was said by the task of `message`, or by a graph that it ran and whose words may be its own."""
    path = (*message.ns, f"{message.node}:{message.task_id}")
    if older.ns[: len(path)] == path:
        return older.answer is message.answer
    return older.task_id == message.task_id and older.from_model


def replace_shown(message: OpenMessage, said: Any, state: RunState, at: float) -> Iterator[Event]:
    """A node changed the text of a message that was shown: take it back, and show what now stands in the state."""
    yield from state.supersede(message, at, "repair")
    changed = OpenMessage(
        message_id=message.message_id,
        node=message.node,
        task_id=message.task_id,
        ns=message.ns,
        answer=message.answer,
        meter=Meter(at),
        model=message.model,
        attempt=message.attempt + 1,
        from_model=False,
    )
    yield from state.start_message(changed, at)
    yield from words.deltas(changed, said, state, at)
    changed.finish_reason = RETURNED
    yield from state.finish_message(changed, at)


def tell_answer(said: Any, meta: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The end of a tool call that a message answers, and its beginning where nothing told it."""
    call_id = field(said, "tool_call_id")
    if call_id not in state.tools or (state.tools[call_id].closed and state.calls.asked_again(call_id)):
        asked = state.calls.asked.get(call_id)
        name = field(said, "name") or (asked.name if asked else "")
        tool = OpenTool(call_id, name, node_of(meta), task_of(meta), ns, at, timed=False)
        yield from state.start_tool(tool, state.calls.args_of(call_id), at)
    yield from state.finish_tool(
        call_id,
        at,
        status="error" if field(said, "status") == "error" else "ok",
        summary=shortened(text_of(said)),
        artifact=field(said, "artifact"),
    )
