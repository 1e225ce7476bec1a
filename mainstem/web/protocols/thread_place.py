"""Where in which thread a conversation of another protocol's client goes on, and what of it is new there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from langgraph_sdk.errors import APIStatusError

from mainstem.sessions.threads.messages import recorded
from mainstem.stream.errors import UnknownThread
from mainstem.stream.events import RunStarted
from mainstem.stream.repair import messages_of, orphans
from mainstem.stream.translate.message_fields import field

from ..problems import Problem
from ..run_manager import RunManager
from .messages import MessageDict, new_messages
from .protocol import StartRun

MAX_THREAD_NAME = 200
"""Characters of a thread's name."""

MAX_RUNS = 200
"""Runs behind the one that is gone on from."""


@dataclass(frozen=True)
class ThreadPlace:
    """Where a run begins, and with what."""

    thread: str | None
    messages: list[MessageDict]
    checkpoint_id: str | None = None
    """Where the thread branches; None: at its end."""


async def place_of(asked: StartRun, manager: RunManager) -> ThreadPlace:
    """The place where `asked` begins. Raises `Problem` where nothing is new, and as `RunManager.state`."""
    if asked.after is not None:
        _check(new_messages(asked.messages))
        thread = await thread_after(asked.after, manager)
        return ThreadPlace(thread, _identified(asked.messages, ()), await _behind(asked.after, thread, manager))
    thread = await _named(asked.thread, manager)
    snapshot = None if thread is None else await _snapshot(thread, manager)
    held = [] if snapshot is None else messages_of(snapshot.values)[1]
    new = _check(_awaited(new_messages(asked.messages), held))
    if thread is None or snapshot is None:
        return ThreadPlace(thread, _identified(asked.messages, ()))
    asked_before = _said_before(new, held)
    if asked_before is None:
        return ThreadPlace(thread, _identified(new, held))
    session = await manager.owned(thread)
    return ThreadPlace(thread, _identified(new, ()), await session.fork(thread, asked_before))


def _check(new: list[MessageDict]) -> list[MessageDict]:
    """What is new. Raises `Problem` where nobody asks anything, and no result is brought."""
    if not any(message["role"] in ("user", "tool") for message in new):
        raise Problem(422, "No message of the user is new.", hint="Let the last message be the user's.")
    return new


def _awaited(messages: Sequence[MessageDict], held: Sequence[Any]) -> list[MessageDict]:
    """The messages, with those results of calls alone that the thread waits for."""
    open_calls = {call.tool_call_id for call in orphans(held)}
    return [each for each in messages if each["role"] != "tool" or each["tool_call_id"] in open_calls]


async def thread_after(run_id: str, manager: RunManager) -> str:
    """The thread of a run. Raises `UnknownRun`, `Problem` for a run without one."""
    thread = (await manager.runs.record(run_id)).thread_id
    if thread is None:
        raise Problem(409, f"The run {run_id!r} has no thread to go on with.", hint="Send the whole conversation.")
    return thread


async def _named(thread: str | None, manager: RunManager) -> str | None:
    """`thread`, or None where the graph keeps no threads. Raises `Problem` for a name that no thread can have."""
    if thread is None:
        return None
    if not 0 < len(thread) <= MAX_THREAD_NAME:
        raise Problem(422, f"A thread's name has 1 to {MAX_THREAD_NAME} characters.", hint="Use a shorter one.")
    session = await manager.open()
    return thread if session.source.keeps_threads else None


async def _snapshot(thread: str, manager: RunManager) -> Any:
    """The thread's state; None for a new one. Raises `Problem` where a LangGraph server has no such thread."""
    try:
        return await manager.state(thread)
    except UnknownThread:
        return None
    except APIStatusError as error:
        hint = "There a thread begins with a run of that server: POST /threads, then POST /runs."
        raise Problem(404, f"The server has no thread {thread!r}.", hint=hint) from error


def _said_before(new: Sequence[MessageDict], held: Sequence[Any]) -> str | None:
    """The id of the first message that the thread holds already: it was edited, or is to be answered anew."""
    known = {field(message, "id") for message in held if field(message, "type") == "human"}
    return next((message["id"] for message in new if message.get("id") in known), None)


def _identified(messages: Sequence[MessageDict], held: Sequence[Any]) -> list[MessageDict]:
    """The messages, each question with an id of its own: one that is taken would put it in the place of another."""
    taken = {field(message, "id") for message in held}
    placed = list[MessageDict]()
    for message in messages:
        key, rest = message.get("id"), {name: value for name, value in message.items() if name != "id"}
        if message["role"] == "user":
            rest["id"] = key if key and key not in taken else str(uuid4())
            taken.add(rest["id"])
        placed.append(rest)
    return placed


async def _behind(run_id: str, thread: str, manager: RunManager) -> str | None:
    """The checkpoint behind a run: where the question that came next was asked; None where there is none.

    Raises `Problem` where more than `MAX_RUNS` came behind it.
    """
    session = await manager.owned(thread)
    records = await manager.runs.records(thread, MAX_RUNS)
    started = await recorded(session.journal, thread, "run.started")
    asked = {event.run_id: event.question_id for event in started if isinstance(event, RunStarted)}
    newer = [record.run_id for record in records]
    if run_id not in newer:
        raise Problem(409, f"More than {MAX_RUNS} runs came behind {run_id!r}.", hint="Go on from a later one.")
    later = newer[: newer.index(run_id)]
    question = next((found for key in reversed(later) if (found := asked.get(key))), None)
    return None if question is None else await session.fork(thread, question)
