"""What a chat of the AI SDK asks for. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from pydantic import BaseModel, Field

from .. import messages
from ..approvals import Call, decision

Part = dict[str, Any]
"""A part of a message."""


class UIMessage(BaseModel):
    """A message as the AI SDK's hooks hold it."""

    id: str = ""
    role: Literal["system", "user", "assistant"]
    parts: list[Part]


class ChatRequest(BaseModel):
    """What `DefaultChatTransport` sends, and what a caller may add to its body."""

    id: str = Field(min_length=1, max_length=200, description="The chat, which names the thread.")
    messages: list[UIMessage] = Field(min_length=1)
    decisions: Any = Field(default=None, description="Answers to interrupts that are no approvals, by interrupt.")
    model: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)

    @property
    def last(self) -> UIMessage:
        """The last message: the assistant's own, when it goes on."""
        return self.messages[-1]

    @property
    def decided(self) -> Any:
        """What was decided, for `Session.resume`; None when nothing was."""
        return self.decisions if self.decisions is not None else approvals(self.last) or None

    @property
    def continued(self) -> str | None:
        """The id of the assistant's message that goes on."""
        return self.last.id or None if self.last.role == "assistant" else None


def said(request: ChatRequest) -> list[messages.Message]:
    """The conversation as LangChain takes it: texts and images."""
    spoken = [(message.role, list(_content(message))) for message in request.messages]
    return [{"role": role, "content": content} for role, content in spoken if content]


def _content(message: UIMessage) -> Iterator[Part]:
    for part in message.parts:
        if part.get("type") == "text" and part.get("text"):
            yield {"type": "text", "text": str(part["text"])}
        elif part.get("type") == "file" and message.role == "user":
            yield messages.image(str(part.get("mediaType")), str(part.get("url")))


def approvals(message: UIMessage) -> dict[str, Any]:
    """A `HITLResponse` for each interrupt whose approvals were answered in `message`."""
    answers: dict[str, dict[int, Any]] = {}
    for part in message.parts:
        approval: Any = part.get("approval")
        if part.get("state") == "approval-responded" and isinstance(approval, Mapping):
            said = cast("Mapping[str, Any]", approval)
            interrupt, _, number = str(said.get("id")).rpartition(":")
            if number.isdecimal():
                answer = decision(bool(said.get("approved")), cast("str | None", said.get("reason")))
                answers.setdefault(interrupt, {})[int(number)] = answer
    return {interrupt: {"decisions": [said[at] for at in sorted(said)]} for interrupt, said in answers.items()}


def calls(message: UIMessage) -> dict[str, Call]:
    """The tool calls that a message already shows."""
    shown = (part for part in message.parts if "toolCallId" in part)
    return {
        str(part["toolCallId"]): Call(
            str(part.get("toolName") or ""),
            args=part.get("input"),
            ended=str(part.get("state")).startswith("output-"),
        )
        for part in shown
    }
