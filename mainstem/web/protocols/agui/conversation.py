"""What an AG-UI client has of the conversation: AG-UI takes words back by sending the whole of it anew."""

from collections.abc import Iterable
from typing import Any

from ag_ui.core import AssistantMessage, FunctionCall, Message, ToolCall, ToolMessage


class Conversation:
    """The messages in their order: those that the client sent, and what this run added."""

    def __init__(self, given: Iterable[Message] = ()) -> None:
        self._messages: dict[str, Any] = {message.id: message for message in given}
        self._pieces: dict[str, list[str]] = {}
        self._calls: dict[str, ToolCall] = {}

    def say(self, message_id: str, text: str) -> None:
        """Words of a message of this run."""
        self._assistant(message_id)
        self._pieces.setdefault(message_id, []).append(text)

    def call(self, key: str, name: str, message_id: str | None) -> None:
        """A tool call of a message; a client shows one without a message as a message of its own."""
        called = ToolCall(id=key, function=FunctionCall(name=name, arguments=""))
        message = self._assistant(message_id or key)
        message.tool_calls = [*(message.tool_calls or []), called]
        self._calls[key] = called

    def write(self, key: str, text: str) -> None:
        """Arguments of a call."""
        self._calls[key].function.arguments += text

    def result(self, key: str, content: str) -> None:
        """What a call gave."""
        self._messages[f"{key}:result"] = ToolMessage(id=f"{key}:result", tool_call_id=key, content=content)

    def drop(self, message_id: str) -> bool:
        """Take a message back. False when nothing of it was shown."""
        self._pieces.pop(message_id, None)
        return self._messages.pop(message_id, None) is not None

    def messages(self) -> list[Message]:
        """All messages."""
        for message_id, pieces in self._pieces.items():
            self._messages[message_id].content = "".join(pieces)
        return list(self._messages.values())

    def _assistant(self, message_id: str) -> AssistantMessage:
        return self._messages.setdefault(message_id, AssistantMessage(id=message_id))
