"""Pictures in a message, however they are written."""

from collections.abc import Mapping
from typing import Any, cast

from langchain_core.messages import BaseMessage

_KINDS = ("image", "image_url", "input_image")


def is_picture(block: Any) -> bool:
    """Whether a block of a message's content is a picture."""
    return isinstance(block, Mapping) and cast("Mapping[str, Any]", block).get("type") in _KINDS


def has_picture(message: BaseMessage) -> bool:
    """Whether a message has a picture."""
    content: Any = message.content
    return isinstance(content, list) and any(map(is_picture, cast("list[Any]", content)))
