"""A question as a graph's input: a user's message that is known by its id before it is stored."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import uuid4


def question_input(text: str) -> dict[str, Any]:
    """The input that asks `text`. Its message has an id, so that a run tells which question it answers."""
    return {"messages": [{"role": "user", "content": text, "id": str(uuid4())}]}


def is_question(given: Any) -> bool:
    """Whether `given` is what `question_input` makes: one message of a person, with text and an id."""
    if not isinstance(given, Mapping):
        return False
    messages: Any = cast("Mapping[str, Any]", given).get("messages")
    match messages:
        case [{"role": "user", "content": str(), "id": str(), **more}]:
            return len(cast("Mapping[str, Any]", given)) == 1 and not more
        case _:
            return False
