"""A question as a graph's input: a user's message that is known by its id before it is stored."""

from typing import Any
from uuid import uuid4


def question_input(text: str) -> dict[str, Any]:
    """The input that asks `text`. Its message has an id, so that a run tells which question it answers."""
    return {"messages": [{"role": "user", "content": text, "id": str(uuid4())}]}
