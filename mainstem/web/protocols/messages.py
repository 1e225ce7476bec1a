"""What of a client's messages the graph is given: a thread already holds what was said before."""

from collections.abc import Mapping, Sequence
from typing import Any

from langgraph_sdk.errors import APIStatusError

from mainstem.stream.errors import UnknownThread

from ..problems import Problem
from ..run_manager import RunManager

Message = dict[str, Any]
"""A message as `{"role", "content"}`, which LangChain takes."""


def fresh(messages: Sequence[Message]) -> list[Message]:
    """The messages after the last one of the assistant."""
    after = max((at for at, message in enumerate(messages, 1) if message["role"] not in ASKING), default=0)
    return list(messages[after:])


LONGEST = 200
"""Characters of a thread's name."""

ASKING = {"user", "system", "developer"}
"""Roles of those who ask."""


async def given(manager: RunManager, thread: str | None, messages: Sequence[Message]) -> Mapping[str, Any]:
    """The graph's input: all messages for a new thread, only the new ones for one that is known.

    Raises `Problem` when none is new.
    """
    new = fresh(messages)
    if not any(message["role"] == "user" for message in new):
        raise Problem(422, "No message of the user is new.", hint="Let the last message be the user's.")
    return {"messages": new if thread is not None and await knows(manager, thread) else list(messages)}


async def thread_of(manager: RunManager, thread: str) -> str | None:
    """`thread`, or None where the graph keeps no threads. Raises `Problem` for a name that no thread can have."""
    if not 0 < len(thread) <= LONGEST:
        raise Problem(422, f"A thread's name has 1 to {LONGEST} characters.", hint="Use a shorter one.")
    session = await manager.open()
    return thread if session.source.keeps_threads else None


async def knows(manager: RunManager, thread: str) -> bool:
    """Whether the thread exists. Raises `Problem` where threads are a LangGraph server's and it has no such one."""
    try:
        await manager.state(thread)
    except UnknownThread:
        return False
    except APIStatusError as error:
        hint = "There a thread begins with a run of that server: POST /threads, then POST /runs."
        raise Problem(404, f"The server has no thread {thread!r}.", hint=hint) from error
    return True


def image(media_type: str, source: str) -> Message:
    """An image as part of a message. Raises `Problem` for any other kind of file."""
    if not media_type.startswith("image/"):
        raise Problem(422, f"A part of type {media_type!r} cannot be read.", hint="Send text, or upload the file.")
    return {"type": "image_url", "image_url": {"url": source}}
