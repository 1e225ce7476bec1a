"""What a thread's messages say: the current turn, the model's last word, and the passages that tools have found."""

from typing import Any, cast

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage


def current_turn(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The messages of the current turn: from the last question on."""
    for position in range(len(messages) - 1, -1, -1):
        if isinstance(messages[position], HumanMessage):
            return messages[position:]
    return messages


def last_answer(messages: list[AnyMessage]) -> AIMessage | None:
    """The model's latest message, if it is the last word of the thread."""
    return messages[-1] if messages and isinstance(messages[-1], AIMessage) else None


def passages_of(message: AnyMessage) -> list[dict[str, Any]]:
    """The numbered passages that a tool returned."""
    artifact: Any = message.artifact if isinstance(message, ToolMessage) else None
    return list(cast("dict[str, Any]", artifact).get("passages") or ()) if isinstance(artifact, dict) else []
