"""What a chat of the AI SDK asks for. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from pydantic import BaseModel, Field

from mainstem.sessions.approvals import Decision, approve, reject

from ...problems import Problem
from .. import messages
from ..approval_ids import answered
from ..tool_calls import ShownCall

UIPart = dict[str, Any]
"""A part of a message."""


class UIMessage(BaseModel):
    """A message as the AI SDK's hooks hold it."""

    id: str = ""
    role: Literal["system", "user", "assistant"]
    parts: list[UIPart]


class ChatRequest(BaseModel):
    """What `DefaultChatTransport` sends, and what a caller may add to its body."""

    id: str = Field(min_length=1, max_length=200, description="The chat, which names the thread.")
    messages: list[UIMessage] = Field(min_length=1)
    decisions: dict[str, Any] | None = Field(
        default=None, description="Answers to interrupts that are no approvals, by interrupt."
    )
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


def conversation(request: ChatRequest) -> list[messages.MessageDict]:
    """The conversation as LangChain takes it: texts and images. Questions keep their ids: one may be asked anew."""
    spoken = [(message, list(_content(message))) for message in request.messages]
    return [
        {"role": message.role, "content": content, **({"id": message.id} if message.role == "user" else {})}
        for message, content in spoken
        if content
    ]


def _content(message: UIMessage) -> Iterator[UIPart]:
    for part in message.parts:
        if part.get("type") == "text" and part.get("text"):
            yield {"type": "text", "text": str(part["text"])}
        elif part.get("type") == "file" and message.role == "user":
            yield messages.image(str(part.get("mediaType")), str(part.get("url")))


def approvals(message: UIMessage) -> dict[str, Any]:
    """A `HITLResponse` for each interrupt whose approvals were answered in `message`."""
    answers = [
        cast("Mapping[str, Any]", part["approval"])
        for part in message.parts
        if part.get("state") == "approval-responded" and isinstance(part.get("approval"), Mapping)
    ]
    return answered((answer.get("id"), _answer(answer)) for answer in answers)


def _answer(answer: Mapping[str, Any]) -> Decision:
    """The decision: only `true` approves, and only `false` rejects."""
    approved, reason = answer.get("approved"), answer.get("reason")
    if not isinstance(approved, bool) or not isinstance(reason, str | None):
        raise Problem(422, f"{approved!r:.80} is no answer to an approval.", hint="`approved` is true or false.")
    return approve() if approved else reject(reason or None)


def calls(message: UIMessage) -> dict[str, ShownCall]:
    """The tool calls that a message already shows."""
    shown = (part for part in message.parts if "toolCallId" in part)
    return {
        str(part["toolCallId"]): ShownCall(
            str(part.get("toolName") or ""),
            args=part.get("input"),
            ended=str(part.get("state")).startswith("output-"),
        )
        for part in shown
    }
