"""The `values` mode: what a graph stored as a model's words and nobody streamed is told once, whole.

The state is the truth: however a node returned a message (a pair, a dict, from a cache, to the parent graph), its
reducer has made of it what stands there, and given it its id. Words that a node streamed and then replaced by others
are taken back.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from ..answer import may_answer
from ..events import Event
from . import messages
from .conversation import GraphConversation, MessagePosition, TaskWrite
from .message_fields import field, text_of, tool_calls_of
from .model_words import StateMessage, ids_in, model_messages_in, model_messages_written, state_entries
from .open_items import Ns, OpenMessage, OpenNode
from .state import RunState

_WHOLE = "__"
_INTERRUPT = "__interrupt__"


def translate_values(data: Any, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """What stands in a graph's state, and was not told yet."""
    talk = state.kept.conversation(ns)
    talk.parts += 1
    writes = talk.take_writes()
    if isinstance(data, Mapping):
        data = {key: value for key, value in cast("Mapping[str, Any]", data).items() if key != _INTERRUPT}
    found = model_messages_in(data)
    if not (talk.begun or writes or talk.parts > 1):
        talk.begun = True
        state.kept.old |= {one.message_id for one in found if one.message_id} - state.messages.keys()
        talk.loose.update(_words(one) for one in found if not one.message_id)
    else:
        yield from _news(found, data, talk, writes, ns, state, at)
    talk.positions = _standing(found, state)
    yield from _direct(data, ns, state, at)


def note_write(written_by: OpenNode, update: Any, ns: Ns, state: RunState, *, cached: bool = False) -> None:
    """Remember what a task wrote: whose words the state shows next."""
    pairs = list(_pairs(update))
    said = [message for key, value in pairs for message in model_messages_written(value, pairs=key in ("", "messages"))]
    if cached and state.kept.goes_on(ns):
        state.kept.old |= {str(message_id) for one in said if (message_id := field(one, "id"))}
    keys = frozenset(key for key, _ in pairs)
    write = TaskWrite(written_by.node, written_by.task_id, written_by.meta, keys, said, cached)
    state.kept.conversation(ns).writes.append(write)


def _pairs(update: Any) -> Iterator[tuple[str, Any]]:
    """The keys that were written; what is the whole state, or a function's result, by its own keys."""
    for key, value in state_entries(update) if isinstance(update, Mapping) else [("", update)]:
        yield from state_entries(value) if key.startswith(_WHOLE) else ((key, value),)


def learn_input(given: Any, ns: Ns, state: RunState) -> None:
    """What a task is given stood before it: where a graph begins without an input, its state is shown too late."""
    talk = state.kept.conversation(ns)
    if not (talk.begun or talk.parts):
        state.kept.old |= {one.message_id for one in model_messages_in(given) if one.message_id} - state.messages.keys()


# what is new


def _news(
    found: list[StateMessage],
    data: Any,
    talk: GraphConversation,
    writes: list[TaskWrite],
    ns: Ns,
    state: RunState,
    at: float,
) -> Iterator[Event]:
    yield from _restated(found, state, at)
    here = {one.message_id for one in found if one.message_id}
    gone = [state.messages[key] for key in talk.positions if key not in here and key in state.messages]
    new: list[tuple[StateMessage, TaskWrite | None]] = []
    for one in _unknown(found, talk, state):
        write = _writer(one, writes, known=talk.begun)
        if state.paused and not ns and not _has_its_id(one, write):
            continue  # this step is not stored yet: the run that resumes it gives the message another id
        if write is None and not talk.begun:
            state.kept.old.add(one.message_id or "")
        elif not _was_loose(one, write, talk) and not _is_copy(one, write, gone, here, ns, state):
            new.append((one, write))
    yield from _replaced(new, writes, here, ns, state, at)
    yield from _taken_out(gone, talk, found, data, state, at)
    for one, write in new:
        yield from _tell(one, write, ns, state, at)


def _restated(found: list[StateMessage], state: RunState, at: float) -> Iterator[Event]:
    """Messages that were shown and stand there with other words."""
    texts: dict[str, set[str]] = {}
    for one in found:
        if one.message_id in state.messages:
            texts.setdefault(one.message_id, set()).add(text_of(one.message))
    for one in found:
        shown = state.messages.get(one.message_id or "")
        if shown is None or shown.superseded or not shown.closed:
            continue
        if shown.text not in texts[shown.message_id]:
            yield from messages.replace_shown(shown, one.message, state, at)


def _unknown(found: list[StateMessage], talk: GraphConversation, state: RunState) -> Iterator[StateMessage]:
    """The messages that nobody told, each once."""
    met: set[str] = set()
    loose = talk.loose.copy()
    for one in found:
        key = one.message_id
        if key is None:
            words = _words(one)
            if loose[words]:
                loose[words] -= 1
            else:
                talk.loose[words] += 1
                yield one
        elif not (key in state.messages or key in state.kept.old or key in state.kept.copies or key in met):
            met.add(key)
            yield one


def _writer(one: StateMessage, writes: list[TaskWrite], *, known: bool) -> TaskWrite | None:
    """The task that wrote it: by its id, by its words, or as the only one that wrote there."""
    for write in writes:
        if one.message_id and any(field(said, "id") == one.message_id for said in write.messages):
            return write
    for write in writes:
        for said in write.messages:
            if field(said, "id") in (None, one.message_id) and _alike(said, one.message) and one.key in write.keys:
                write.messages.remove(said)
                return write
    owners = [write for write in writes if one.key in write.keys]
    return owners[0] if known and len(owners) == 1 else None


def _alike(one: Any, other: Any) -> bool:
    return text_of(one) == text_of(other) and _call_ids(one) == _call_ids(other)


def _call_ids(message: Any) -> list[Any]:
    return [call.get("id") for call in tool_calls_of(message)]


def _words(one: StateMessage) -> tuple[str, str]:
    return one.key, text_of(one.message)


def _was_loose(one: StateMessage, write: TaskWrite | None, talk: GraphConversation) -> bool:
    """Whether it stood there without an id, and a reducer has given it one since."""
    if write is None and one.message_id and talk.loose[_words(one)]:
        talk.loose[_words(one)] -= 1
        return True
    return False


def _has_its_id(one: StateMessage, write: TaskWrite | None) -> bool:
    """Whether it was written under the id that it bears."""
    return write is not None and any(field(said, "id") == one.message_id for said in write.messages)


# what is a copy, and what was replaced


def _is_copy(
    one: StateMessage, write: TaskWrite | None, gone: list[OpenMessage], here: set[str], ns: Ns, state: RunState
) -> bool:
    """Whether its task has shown the same words under an id that does not stand there: they are told already."""
    words, calls = text_of(one.message).split(), _call_ids(one.message)
    claimed = set(state.kept.copies.values())
    for shown in [*gone, *_said_by(write, ns, state, inside=True)]:
        same = shown.text.split() == words and [call for call, _ in shown.calls.values()] == calls
        if not same or shown.superseded or shown.message_id in here | claimed or not may_answer(shown):
            continue
        state.kept.copies[one.message_id or f"{one.key}:{shown.message_id}"] = shown.message_id
        return True
    return False


def _said_by(write: TaskWrite | None, ns: Ns, state: RunState, *, inside: bool = False) -> list[OpenMessage]:
    """What a task's models said, and with `inside` those of the graphs that it ran."""
    if write is None or write.task_id is None:
        return []
    path = (*ns, f"{write.node}:{write.task_id}")
    return [
        shown
        for shown in state.messages.values()
        if shown.task_id == write.task_id or (inside and shown.ns[: len(path)] == path)
    ]


def _replaced(
    new: list[tuple[StateMessage, TaskWrite | None]],
    writes: list[TaskWrite],
    here: set[str],
    ns: Ns,
    state: RunState,
    at: float,
) -> Iterator[Event]:
    """Take back what a task's own models said, where it stored other words of a model and not these."""
    stored = {write.task_id for _, write in new if write is not None}
    copied = set(state.kept.copies.values())
    for write in writes:
        said = _said_by(write, ns, state)
        if write.task_id not in stored and not any(one.message_id in here for one in said):
            continue
        for shown in said:
            if shown.message_id not in here and shown.message_id not in copied and may_answer(shown):
                yield from state.supersede(shown, at, "repair")


def _taken_out(
    gone: list[OpenMessage], talk: GraphConversation, found: list[StateMessage], data: Any, state: RunState, at: float
) -> Iterator[Event]:
    """Take back what was said last and then removed, or replaced; older turns that leave a state were only folded."""
    copied = set(state.kept.copies.values())
    ids = ids_in(data) if gone else set[str]()
    for shown in gone:
        where = talk.positions[shown.message_id]
        if shown.superseded or shown.calls or shown.message_id in copied or not where.last:
            continue
        if where.after in ids or any(one.key == where.key and one.message_id not in talk.positions for one in found):
            yield from state.supersede(shown, at, "repair")


def _standing(found: list[StateMessage], state: RunState) -> dict[str, MessagePosition]:
    last = {one.key: one.message_id for one in found}
    return {
        one.message_id: MessagePosition(one.after, one.key, last[one.key] == one.message_id)
        for one in reversed(found)
        if one.message_id in state.messages
    }


# telling


def _tell(one: StateMessage, write: TaskWrite | None, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    said = one.message
    if one.message_id is None:
        said = _with_id(said, f"{write.task_id if write else '-'.join(ns)}:{one.key}:{len(state.messages)}")
    where = f"{write.node}:{write.task_id}" if write and write.task_id else ""
    meta: dict[str, Any] = dict(write.meta) if write else {}
    meta |= {"langgraph_node": write.node if write else None, "langgraph_checkpoint_ns": where}
    yield from messages.tell_whole(said, meta, ns, state, at, spent=not (write and write.cached))


def _with_id(message: Any, message_id: str) -> Any:
    if isinstance(message, dict):
        return {**cast("dict[str, Any]", message), "id": message_id}
    return message.model_copy(update={"id": message_id})


# tools that answer in the model's place


def _direct(data: Any, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The words of tools that the graph returns as they are: it ends with them, and no model speaks after it."""
    if not state.kept.direct_tools:
        return
    for key, value in state_entries(data):
        answers = _last_answers(cast("list[Any]", value)) if isinstance(value, list) and key == "messages" else []
        for said in answers:
            message_id, tool = field(said, "id"), state.tools.get(field(said, "tool_call_id"))
            if tool is None or not message_id or message_id in state.messages or field(said, "status") == "error":
                continue
            meta = {"langgraph_node": tool.node, "langgraph_checkpoint_ns": f"{tool.node}:{tool.task_id}"}
            if all(field(each, "name") in state.kept.direct_tools for each in answers):
                yield from messages.tell_whole(said, meta, ns, state, at)


def _last_answers(value: Iterable[Any]) -> list[Any]:
    """The tools' messages at the end of a conversation."""
    last: list[Any] = []
    for message in reversed(list(value)):
        if field(message, "type") != "tool":
            break
        last.insert(0, message)
    return last
