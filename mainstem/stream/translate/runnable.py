"""Runnables: LangChain's own stream events (`astream_events`, version 2), from wherever they come.

A part's data is such an event, with what `mainstem.stream.callbacks.run_tree` adds to it. Words go the way of the
`messages` mode, tool calls that of the `tools` mode: nothing of them is translated twice.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.utils import message_chunk_to_message
from langgraph.constants import TAG_NOSTREAM
from langgraph.errors import GraphBubbleUp

from ..errors import describe
from ..events import Data, Event
from ..writer import KEY
from . import custom, messages, tools
from .message_fields import field, text_of
from .open_items import Ns, OpenMessage
from .outcome import answer_text
from .state import RunState

EventPart = Mapping[str, Any]

_NOBODY = ""  # what failed was part of nothing else, and the code around it went on


def translate_callback(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The events that one of LangChain's says."""
    return _BY_NAME.get(data["event"], _nothing)(data, ns, state, at)


def _nothing(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    yield from ()


# steps


def _began(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    if data["node"]:
        yield from state.start_node(data["node"], data["run_id"], ns, at)


def _ended(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    if data["outermost"]:
        for survivor in (_NOBODY, data["run_id"]):
            yield from _withdraw(survivor, data, state, at)
        yield from _returned(data, ns, state, at)
    yield from state.finish_node(data["run_id"], at)


def _failed(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    error = data["data"]["error"]
    if isinstance(error, GraphBubbleUp):
        yield from _interrupted(error, data, state, at)
    else:
        survivor = data["line"][-1] if data["line"] else _NOBODY
        within = [message for message in state.messages.values() if message.task_id in data["within"]]
        state.survivors |= {message.message_id: survivor for message in within}
    yield from state.finish_node(data["run_id"], at, error=describe(error) if _is_failure(error) else None)


def _is_failure(error: BaseException) -> bool:
    """What is only cancelled, or waits for a person, did not fail."""
    return isinstance(error, Exception) and not isinstance(error, GraphBubbleUp)


def _interrupted(error: GraphBubbleUp, data: EventPart, state: RunState, at: float) -> Iterator[Event]:
    for asked in error.args[0] if error.args else ():
        yield from state.interrupt(field(asked, "id"), field(asked, "value"), at, state.nodes.get(data["run_id"]))


# words of models


def _chunk(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    chunk = data["data"]["chunk"]
    if isinstance(chunk, str | list):
        chunk = AIMessageChunk(content=cast("str", chunk))
    if chunk.id is None:
        chunk = chunk.model_copy(update={"id": _message_id(data)})
    yield from _said(chunk, data, ns, state, at)


def _whole(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    if said := data["data"].get("output"):
        yield from _finish_words(message_chunk_to_message(said), data, ns, state, at)
    yield from state.finish_node(data["run_id"], at)


def _text_chunk(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    chunk = data["data"]["chunk"]
    text = chunk if isinstance(chunk, str) else chunk.text
    info: dict[str, Any] = field(chunk, "generation_info") or {}
    said = AIMessageChunk(content=text, id=_message_id(data), response_metadata=info)
    yield from _said(said, data, ns, state, at)


def _whole_text(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    prompts: list[list[dict[str, Any]]] = data["data"]["output"]["generations"]
    for said in (generation for prompt in prompts[:1] for generation in prompt[:1]):
        info: dict[str, Any] = said["generation_info"] or {}
        message = AIMessage(content=said["text"], id=_message_id(data), response_metadata=info)
        yield from _finish_words(message, data, ns, state, at)
    yield from state.finish_node(data["run_id"], at)


def _model_failed(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    state.failed |= {message.message_id for message in _messages_of(data, state)}
    yield from _failed(data, ns, state, at)


def _finish_words(said: Any, data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    for known in _messages_of(data, state)[-1:]:
        said = said.model_copy(update={"id": known.message_id})
    yield from _said(said, data, ns, state, at)


def _said(message: Any, data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    if TAG_NOSTREAM in data["tags"]:
        return
    if not _messages_of(data, state):
        yield from _replace_failed(data, state, at)
    yield from messages.translate_message((message, _meta(data)), ns, state, at)


def _replace_failed(data: EventPart, state: RunState, at: float) -> Iterator[Event]:
    """A model speaks where something has failed before it, and the failure was survived: a retry or a fallback."""
    for survivor in (_NOBODY, *data["line"]):
        yield from _withdraw(survivor, data, state, at)


def _withdraw(survivor: str, data: EventPart, state: RunState, at: float) -> Iterator[Event]:
    """Take back what was said in a part that failed, when `survivor` has gone on without it."""
    model = data["metadata"].get("ls_model_name")
    for older in list(state.messages.values()):
        if state.survivors.get(older.message_id) == survivor and not older.superseded:
            yield from state.supersede(older, at, "retry" if older.model == model else "fallback")
            state.attempts[data["run_id"]] = older.attempt + 1


def _messages_of(data: EventPart, state: RunState) -> list[OpenMessage]:
    return [message for message in state.messages.values() if message.task_id == data["run_id"]]


def _message_id(data: EventPart) -> str:
    return f"lc_run--{data['run_id']}"


def _meta(data: EventPart) -> dict[str, Any]:
    """What the `messages` mode would say of where a message comes from."""
    where = data["run_id"] if data["node"] else ""
    return {
        **data["metadata"],
        "langgraph_node": data["node"],
        "langgraph_checkpoint_ns": where,
        "checkpoint_ns": where,
    }


# words that the outermost runnable makes by itself


def _piece(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """Text that streams out of the outermost runnable, as long as it can only be its own and no model's."""
    text, own = data["data"]["chunk"], data["run_id"]
    if not (data["outermost"] and isinstance(text, str)) or state.messages.keys() - {own}:
        return
    yield from messages.translate_message((AIMessageChunk(content=text, id=own), _meta(data)), ns, state, at)
    state.messages[own].from_model = False


def _returned(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The text that the outermost runnable returns, where it is not what was shown last."""
    text, own = _text(_last_said(data["data"].get("output"), state)), state.messages.get(data["run_id"])
    if own is not None and not own.closed and own.text == text:
        own.finish_reason = messages.RETURNED
        yield from state.finish_message(own, at)
    elif text and text != answer_text(state):
        said = AIMessage(content=text, id=data["run_id"])
        again = messages.replace_shown(own, said, state, at) if own else None
        yield from again or messages.translate_message((said, _meta(data)), ns, state, at)
    elif own is not None and not own.closed:
        yield from state.supersede(own, at, "repair")


def _last_said(output: Any, state: RunState) -> Any:
    """What was returned, or the last message of a graph's state that was, where no model streamed it."""
    listed = cast("Mapping[str, Any]", output).get("messages") if isinstance(output, Mapping) else None
    if not isinstance(listed, list) or not listed:
        return cast("Any", output)
    last: Any = cast("list[Any]", listed)[-1]
    shown = [message.text for message in state.messages.values() if not message.superseded]
    return None if text_of(last) in shown else last


def _text(output: Any) -> str:
    if isinstance(output, str):
        return output
    return text_of(output) if field(output, "type") in ("ai", "AIMessageChunk") else ""


# tools, and what else is said


def _tool_began(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    given = data["data"].get("input")
    if field(given, "type") == "tool_call":
        given = field(given, "args")
    began = {"event": "tool-started", "tool_call_id": data["tool_call_id"], "tool_name": data["name"], "input": given}
    yield from tools.translate_tool(began, ns, state, at)


def _tool_ended(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    ended = {"event": "tool-finished", "tool_call_id": data["tool_call_id"], "output": data["data"].get("output")}
    yield from tools.translate_tool(ended, ns, state, at)


def _tool_failed(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    error, call_id = data["data"]["error"], data["tool_call_id"]
    if not _is_failure(error):
        yield from state.finish_tool(call_id, at, status="stopped")
        return
    failed = {"event": "tool-error", "tool_call_id": call_id, "message": describe(error).message}
    yield from tools.translate_tool(failed, ns, state, at)


def _dispatched(data: EventPart, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    payload = data["data"]
    if field(payload, KEY):
        yield from custom.translate_custom(payload, ns, state, at)
        return
    shown = {"name": data["name"], "data": payload}
    task_id = data["run_id"] if data["node"] else None
    yield Data(at=at, node=data["node"], task_id=task_id, ns=ns or None, mode="custom", data=shown)


_STEPS = ("chain", "prompt", "parser", "retriever")

_BY_NAME: dict[str, Callable[[EventPart, Ns, RunState, float], Iterator[Event]]] = {
    **{f"on_{kind}_start": _began for kind in (*_STEPS, "chat_model", "llm")},
    **{f"on_{kind}_end": _ended for kind in _STEPS},
    **{f"on_{kind}_error": _failed for kind in _STEPS},
    "on_chain_stream": _piece,
    "on_chat_model_stream": _chunk,
    "on_chat_model_end": _whole,
    "on_chat_model_error": _model_failed,
    "on_llm_stream": _text_chunk,
    "on_llm_end": _whole_text,
    "on_llm_error": _model_failed,
    "on_tool_start": _tool_began,
    "on_tool_end": _tool_ended,
    "on_tool_error": _tool_failed,
    "on_custom_event": _dispatched,
}
