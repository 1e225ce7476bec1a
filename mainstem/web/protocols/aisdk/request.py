"""What a chat of the AI SDK asks for. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from pydantic import BaseModel, Field

from mainstem.sessions.approvals import Decision, approve, reject, response

from ...problems import Problem
from .. import messages
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
    """The conversation as LangChain takes it: texts and images."""
    spoken = [(message.role, list(_content(message))) for message in request.messages]
    return [{"role": role, "content": content} for role, content in spoken if content]


def _content(message: UIMessage) -> Iterator[UIPart]:
    for part in message.parts:
        if part.get("type") == "text" and part.get("text"):
            yield {"type": "text", "text": str(part["text"])}
        elif part.get("type") == "file" and message.role == "user":
            yield messages.image(str(part.get("mediaType")), str(part.get("url")))


def approvals(message: UIMessage) -> dict[str, Any]:
    """A `HITLResponse` for each interrupt whose approvals were answered in `message`."""
    answers: dict[str, dict[int, Decision]] = {}
    for part in message.parts:
        approval: Any = part.get("approval")
        if part.get("state") == "approval-responded" and isinstance(approval, Mapping):
            answer = cast("Mapping[str, Any]", approval)
            interrupt, number = _named(answer.get("id"))
            if number in answers.setdefault(interrupt, {}):
                raise Problem(422, f"The approval {answer.get('id')!r} is answered twice.", hint="Answer it once.")
            answers[interrupt][number] = _answer(answer)
    return {interrupt: response(_in_order(decisions)) for interrupt, decisions in answers.items()}


def _named(approval: Any) -> tuple[str, int]:
    """The interrupt and the position of the call that an approval's id names."""
    interrupt, _, number = str(approval).rpartition(":")
    if not interrupt or not (number.isascii() and number.isdecimal() and len(number) < 9):
        raise Problem(422, f"There is no approval {approval!r}.", hint="Its id is that of tool-approval-request.")
    return interrupt, int(number)


def _answer(answer: Mapping[str, Any]) -> Decision:
    """The decision: only `true` approves, and only `false` rejects."""
    approved, reason = answer.get("approved"), answer.get("reason")
    if not isinstance(approved, bool) or not isinstance(reason, str | None):
        raise Problem(422, f"{approved!r:.80} is no answer to an approval.", hint="`approved` is true or false.")
    return approve() if approved else reject(reason or None)


def _in_order(decisions: Mapping[int, Decision]) -> list[Decision]:
    """The decisions by position. A position that is missing must not be filled by the next one."""
    positions = sorted(decisions)
    if positions != list(range(len(positions))):
        raise Problem(422, f"The approvals answer the calls {positions}.", hint="Answer each call that was shown.")
    return [decisions[position] for position in positions]


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
