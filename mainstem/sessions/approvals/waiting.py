"""What waits for a person, over all threads, with what led there: the queue of who decides."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from ...models.guard.review import ACTION
from ...stores.reviews import HeldAnswer, Reviews
from ...stream.errors import DamagedThread, UnknownThread
from ...stream.hitl import expired
from ...stream.jsonable import jsonable
from ...stream.repair import messages_of
from ...stream.translate.message_fields import field, text_of
from ..threads.info import ThreadInfo
from .request import requests_of

Read = Callable[[str], Awaitable[Any]]
"""Reads a thread's latest `StateSnapshot`. Raises `UnknownThread`, `DamagedThread`."""


@dataclass(frozen=True)
class WaitingApproval:
    """One request that waits for a decision."""

    thread_id: str
    title: str
    """What the thread is called."""
    since: str
    """Since when it waits, ISO 8601."""
    interrupt_id: str
    """What to answer to."""
    request: Any
    """What is asked; the words that a policy holds are `text` in the arguments of `continue_answer`."""
    question: str
    """What was asked of the model last."""
    answer: str
    """What it had said until then."""
    policy: str | None = None
    """The policy that holds words back; None: tools are to be called, or a graph asks something of its own."""
    expires_at: str | None = None
    """Until when it can be decided on, ISO 8601; None: for ever."""
    expired: bool = False
    """Whether that is over: whatever is decided now is a rejection."""


async def waiting_in(threads: Sequence[ThreadInfo], read: Read, reviews: Reviews) -> list[WaitingApproval]:
    """What waits in those of the threads that wait."""
    found: list[WaitingApproval] = []
    for thread in threads:
        if thread.waiting:
            found += await _of_thread(thread, read, reviews)
    return found


async def _of_thread(thread: ThreadInfo, read: Read, reviews: Reviews) -> list[WaitingApproval]:
    try:
        snapshot = await read(thread.thread_id)
    except (UnknownThread, DamagedThread):
        return []
    requests = requests_of(snapshot.interrupts)
    held, messages = await held_by(requests, reviews), messages_of(snapshot.values)[1]
    question = next((text_of(each) for each in reversed(messages) if field(each, "type") == "human"), "")
    last = messages[-1] if messages else None
    said = text_of(last) if field(last, "type") == "ai" else ""
    return [
        _waiting(thread, key, request, held.get(key), question, said, str(snapshot.created_at or ""))
        for key, request in requests.items()
    ]


def _waiting(
    thread: ThreadInfo, key: str, request: Any, held: HeldAnswer | None, question: str, said: str, since: str
) -> WaitingApproval:
    until = cast("Mapping[str, Any]", request).get("expires_at") if isinstance(request, Mapping) else None
    return WaitingApproval(
        thread_id=thread.thread_id,
        title=thread.title,
        since=since,
        interrupt_id=key,
        request=jsonable(with_words(request, held)),
        question=held.question if held else question,
        answer=held.shown if held else said,
        policy=held.policy if held else None,
        expires_at=str(until) if until else None,
        expired=bool(expired(_time(until))),
    )


async def held_by(requests: Mapping[str, Any], reviews: Reviews) -> dict[str, HeldAnswer]:
    """The answers that requests ask about, by interrupt id."""
    ids = {key: review for key, request in requests.items() if (review := _review_of(request))}
    held = await reviews.of(ids.values()) if ids else {}
    return {key: held[review] for key, review in ids.items() if review in held}


def with_words(request: Any, held: HeldAnswer | None) -> Any:
    """`request` for who decides: with the words that are held back, which its stream does not tell."""
    if held is None:
        return request
    (action,) = request["action_requests"]
    return {**request, "action_requests": [{**action, "args": {**action["args"], "text": held.text}}]}


def _review_of(request: Any) -> str:
    actions: Any = cast("Mapping[str, Any]", request).get("action_requests") if isinstance(request, Mapping) else None
    match actions:
        case [{"name": name, "args": {"review": str(review)}}] if name == ACTION:
            return review
        case _:
            return ""


def _time(until: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(until)) if until else None
    except ValueError:
        return None  # a foreign graph's word
