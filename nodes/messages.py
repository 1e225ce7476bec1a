"""What a thread's messages say: the current turn, and the model's last word."""

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage


def current_turn(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The messages of the current turn: from the last question on."""
    for position in range(len(messages) - 1, -1, -1):
        if isinstance(messages[position], HumanMessage):
            return messages[position:]
    return messages


def question_of(messages: list[AnyMessage]) -> str:
    """The question of the current turn, empty where there is none."""
    turn = current_turn(messages)
    return turn[0].text if turn and isinstance(turn[0], HumanMessage) else ""


def last_answer(messages: list[AnyMessage]) -> AIMessage | None:
    """The model's latest message, if it is the last word of the thread."""
    return messages[-1] if messages and isinstance(messages[-1], AIMessage) else None
