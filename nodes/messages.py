"""What a thread's messages say: the current turn, and the model's last word."""

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from mainstem.stream.steering import is_steering


def begins_turn(message: AnyMessage) -> bool:
    """Whether a message is a question that a turn begins with, and not one that was added while it went on."""
    return isinstance(message, HumanMessage) and not is_steering(message)


def current_turn(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The messages of the current turn: from the last question on."""
    for position in range(len(messages) - 1, -1, -1):
        if begins_turn(messages[position]):
            return messages[position:]
    return messages


def question_of(messages: list[AnyMessage]) -> str:
    """The question of the current turn, empty where there is none."""
    turn = current_turn(messages)
    return turn[0].text if turn and isinstance(turn[0], HumanMessage) else ""


def last_answer(messages: list[AnyMessage]) -> AIMessage | None:
    """The model's latest message, if it is the last word of the thread."""
    return messages[-1] if messages and isinstance(messages[-1], AIMessage) else None
