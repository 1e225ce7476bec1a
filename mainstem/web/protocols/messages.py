"""What of a client's messages the graph is given: a thread already holds what was said before."""

from collections.abc import Sequence
from typing import Any

from ..problems import Problem

MessageDict = dict[str, Any]
"""A message as `{"role", "content"}`, which LangChain takes."""

ASKING = {"user", "system", "developer"}
"""Roles of those who ask."""


def new_messages(messages: Sequence[MessageDict]) -> list[MessageDict]:
    """The messages after the last one of the assistant: questions, and results of calls."""
    mine = {*ASKING, "tool"}
    after = max((at for at, message in enumerate(messages, 1) if message["role"] not in mine), default=0)
    return list(messages[after:])


def image(media_type: str, source: str) -> MessageDict:
    """An image as part of a message. Raises `Problem` for any other kind of file."""
    if not media_type.startswith("image/"):
        raise Problem(422, f"A part of type {media_type!r} cannot be read.", hint="Send text, or upload the file.")
    return {"type": "image_url", "image_url": {"url": source}}
