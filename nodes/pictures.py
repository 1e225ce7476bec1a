"""Pictures in what a model is given, and what is said in their place to one that cannot see them."""

from collections.abc import Sequence
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AnyMessage

from mainstem.models.pictures import has_picture, is_picture

from .messages import begins_turn

UNSEEN = "[Here is a picture that you cannot see. Say that you cannot see it.]"


def is_blind(model: BaseChatModel) -> bool:
    """Whether what LangChain knows of a model says that it sees no pictures."""
    known: Any = model.profile
    return bool(known) and known.get("image_inputs") is False


def has_pictures(messages: Sequence[AnyMessage]) -> bool:
    """Whether there is a picture in any of the messages."""
    return any(map(has_picture, messages))


def asks_of_picture(messages: Sequence[AnyMessage]) -> bool:
    """Whether the last question has a picture."""
    return next((has_picture(message) for message in reversed(messages) if begins_turn(message)), False)


def without_pictures(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """The messages, with words in place of each picture."""
    return [_told(message) if has_picture(message) else message for message in messages]


def _told(message: AnyMessage) -> AnyMessage:
    blocks = cast("list[Any]", message.content)
    told = [{"type": "text", "text": UNSEEN} if is_picture(block) else block for block in blocks]
    return message.model_copy(update={"content": told})
