"""Calls that the program which asks makes itself: the run ends for it, and its next one brings the results."""

from collections.abc import Container

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

CLIENT_CALLS = "client_calls"
"""Response metadata of a message that calls tools of the client's: the ids of those calls."""


def stamped_calls(message: AIMessage, tools: Container[str]) -> AIMessage:
    """`message`, with the calls of `tools`, which are the client's."""
    if theirs := [str(call["id"]) for call in message.tool_calls if call["name"] in tools]:
        message.response_metadata[CLIENT_CALLS] = theirs
    return message


def client_calls(message: AIMessage) -> list[str]:
    """The ids of the calls that are the client's to make."""
    return message.response_metadata.get(CLIENT_CALLS) or []


def waits_for_client(messages: list[AnyMessage]) -> bool:
    """Whether the last of the conversation are calls that the client has not made yet."""
    answered = set[str]()
    for message in reversed(messages):
        if isinstance(message, AIMessage):
            return not answered.issuperset(client_calls(message))
        if not isinstance(message, ToolMessage):
            return False
        answered.add(message.tool_call_id)
    return False
