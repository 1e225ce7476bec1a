"""Threads as a list shows them, ours and those of a graph that a server runs."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from ...stream.jsonable import jsonable
from ...stream.sources.remote_state import state_of
from ...stream.steering import is_steering
from ...stream.translate.message_fields import field, text_of

TITLE_CHARS = 80
"""Length of a thread's title in a list."""


@dataclass(frozen=True)
class ThreadInfo:
    """A thread, as a list shows it."""

    thread_id: str
    title: str
    """The beginning of its first question."""
    turns: int
    """How many questions it holds."""
    updated_at: str
    """When it last changed, ISO 8601."""
    waiting: bool
    """Whether a person must decide before it goes on."""
    damaged: bool = False
    """Whether what is stored of it cannot be read."""


def unreadable_thread(thread: str) -> ThreadInfo:
    """What a list shows of a thread that cannot be read."""
    return ThreadInfo(thread, title="(damaged: it cannot be read)", turns=0, updated_at="", waiting=False, damaged=True)


def thread_info(thread: str, snapshot: Any) -> ThreadInfo:
    """What a list shows of the thread with this latest `StateSnapshot`."""
    values = cast("dict[str, Any]", snapshot.values if isinstance(snapshot.values, dict) else {})
    messages, turns = values.get("messages"), values.get("turns")  # a graph may call something else so
    questions = [m for m in cast("list[Any]", messages if isinstance(messages, list) else []) if _asks(m)]
    title = jsonable(str(values.get("title") or (text_of(questions[0]) if questions else "")))
    return ThreadInfo(
        thread_id=thread,
        title=" ".join(title.split())[:TITLE_CHARS],
        turns=turns if isinstance(turns, int) and turns else len(questions),
        updated_at=str(snapshot.created_at or ""),
        waiting=bool(snapshot.interrupts),
    )


def _asks(message: Any) -> bool:
    return field(message, "type") == "human" and not is_steering(message)


def unfinished(snapshot: Any) -> bool:
    """Whether a run of the thread was cut short: there is something to go on with, without a new question.

    A kill at the very start leaves a task that has written and nothing that is next.
    """
    return bool(snapshot.next or snapshot.tasks)


async def served(graph: Any, limit: int) -> list[ThreadInfo]:
    """The latest threads that a `RemoteGraph`'s server holds, without those that nothing was said in yet."""
    found = await graph.client.threads.search(limit=limit, sort_by="updated_at", sort_order="desc")
    states = [(thread["thread_id"], await _state(graph, thread)) for thread in found]
    return [thread_info(thread_id, state) for thread_id, state in states if state.values]


async def _state(graph: Any, thread: dict[str, Any]) -> Any:
    """A thread's state from the server's list; Aegra's list says nothing of it, and is asked for each."""
    if "values" not in thread:
        return await state_of(graph, {"configurable": {"thread_id": thread["thread_id"]}})
    return SimpleNamespace(
        values=thread["values"], created_at=thread["updated_at"], interrupts=thread.get("interrupts")
    )
