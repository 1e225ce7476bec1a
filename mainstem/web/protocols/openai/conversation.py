"""What requests to OpenAI's routes have in common: which conversation they belong to, and what is refused. Pure."""

from collections.abc import Mapping
from hashlib import sha256

from ...problems import Problem

NAMES = ("thread", "conversation_id")
"""What `metadata` names a conversation by; the rest of it are tags."""


def thread_of(metadata: Mapping[str, str] | None, conversation: str | None, user: str | None) -> str | None:
    """The thread that a request belongs to; None where it names no conversation.

    Whoever shares a key for all of their users numbers conversations by user, so that an id is taken for one user's.
    """
    named = metadata or {}
    if named.get("thread"):
        return named["thread"]
    conversation = conversation or named.get("conversation_id") or None
    if conversation is None or not user:
        return conversation
    return f"{conversation}-{sha256(user.encode()).hexdigest()[:12]}"


def tags_of(metadata: Mapping[str, str] | None, user: str | None) -> dict[str, str]:
    """What costs are told apart by."""
    tags = {key: value for key, value in (metadata or {}).items() if key not in NAMES}
    return {**tags, "user": user} if user else tags


def refuse(asked: Mapping[str, bool]) -> None:
    """Raise `Problem` for the first that is asked for: it would be promised and not kept."""
    for name, wanted in asked.items():
        if wanted:
            message = f"{name!r} is not supported: the agent calls its own tools and answers once, in plain text."
            raise Problem(400, message, hint="Leave it out.")
