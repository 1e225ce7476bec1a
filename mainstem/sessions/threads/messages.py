"""The messages of a thread, each with its citations, for whoever shows or exports them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ...stores.journal import Journal
from ...stream.errors import JournalError
from ...stream.events import AnyEvent, Citation, decode
from ...stream.jsonable import jsonable
from ...stream.steering import is_steering
from ...stream.translate.message_fields import field as field_of
from ...stream.translate.message_fields import text_of, tool_calls_of

ROLES = {"human": "user", "ai": "assistant"}
"""How LangChain's message types are called here; others keep their name."""


@dataclass(frozen=True)
class ThreadMessage:
    """A message of a thread."""

    message_id: str
    role: str
    """user, assistant, tool or system."""
    text: str
    name: str | None = None
    tool_calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    tool_call_id: str | None = None
    citations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Its marks, resolved, as `citation` events tell them."""
    steering: bool = False
    """Whether a person added it while its turn went on."""


async def thread_messages(journal: Journal, thread: str, values: Any) -> list[ThreadMessage]:
    """The messages of a thread whose state holds `values`; none where it keeps them under another key."""
    values = cast("Mapping[str, Any]", values if isinstance(values, Mapping) else {})
    messages = values.get("messages")  # a graph may call something else so
    if not isinstance(messages, list):
        return []
    citations = await _citations(journal, thread)
    return [_message(message, citations) for message in cast("list[Any]", messages)]


async def recorded(journal: Journal, thread: str, kind: str) -> list[AnyEvent]:
    """The events of one kind in the thread's runs, oldest first; none where the journal cannot be read."""
    try:
        return [decode(line) for line in await journal.of_thread(thread, kind)]
    except JournalError:
        return []  # the messages are still worth showing


async def _citations(journal: Journal, thread: str) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in await recorded(journal, thread, "citation"):
        if isinstance(event, Citation):
            found[event.message_id or ""].append(event.model_dump(exclude={"seq", "at", "ns"}, exclude_none=True))
    return found


def _message(message: Any, citations: Mapping[str, list[dict[str, Any]]]) -> ThreadMessage:
    key, kind = str(field_of(message, "id") or ""), str(field_of(message, "type") or "")
    return ThreadMessage(
        message_id=key,
        role=ROLES.get(kind, kind),
        text=jsonable(text_of(message)),
        name=field_of(message, "name"),
        tool_calls=[jsonable(call) for call in tool_calls_of(message)],
        tool_call_id=field_of(message, "tool_call_id"),
        citations=citations.get(key, []),
        steering=is_steering(message),
    )


def questions_and_answers(messages: Sequence[ThreadMessage]) -> list[ThreadMessage]:
    """What was said by a person and to a person: no tool results, no calls without words."""
    return [message for message in messages if message.role in ("user", "assistant") and message.text.strip()]
