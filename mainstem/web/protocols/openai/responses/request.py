"""What a request to OpenAI's Responses asks for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, cast

from pydantic import BaseModel, Field

from mainstem.sessions.approvals import approve, reject

from ....problems import Problem
from ...answer_limits import AnswerLimits
from ...approval_ids import answered
from ...messages import MessageDict, image
from ..conversation import refuse, tags_of, thread_of
from ..request import MainstemOptions, MaxTokens

PREFIX = "resp_"
"""Of a response's id, before that of its run."""

InputItem = dict[str, Any]
"""An item of a conversation, in OpenAI's shape."""


@dataclass(frozen=True)
class ResponseOptions:
    """What the client asked of the response."""

    model: str
    created: int = 0
    """Unix seconds."""
    hold: bool = False
    """The words only when the run is over and they stand."""
    address: str = ""
    """Where the client reaches this server's routes."""
    limits: AnswerLimits = field(default_factory=AnswerLimits)
    """Where the answer is to end."""
    echo: Mapping[str, Any] | None = None
    """What a response says again of its request."""


class ResponseRequest(BaseModel):
    """A response. Sampling settings are taken and have no effect: the agent has its own."""

    model: str
    input: Annotated[str, Field(min_length=1)] | Annotated[list[InputItem], Field(min_length=1)]
    instructions: str | None = None
    stream: bool = False
    max_output_tokens: MaxTokens = None
    previous_response_id: str | None = Field(default=None, description="Go on behind that response.")
    conversation: str | dict[str, Any] | None = Field(default=None, description="The thread, apart for each `user`.")
    user: str | None = Field(default=None, description="Becomes the tag `user`.")
    safety_identifier: str | None = Field(default=None, description="As `user`.")
    metadata: dict[str, str] | None = Field(default=None, description="`thread`: go on with it. The rest: tags.")
    mainstem: MainstemOptions = MainstemOptions()
    tools: list[Any] | None = None
    text: dict[str, Any] | None = None
    top_logprobs: int | None = None
    background: bool | None = None
    prompt: dict[str, Any] | None = None

    def check(self) -> None:
        """Raise `Problem` for what would be promised and not kept."""
        form: Any = (self.text or {}).get("format")
        kind = cast("Mapping[str, Any]", form).get("type", "text") if isinstance(form, Mapping) else "text"
        refuse(
            {
                "tools": bool(self.tools),
                "text.format": kind != "text",
                "top_logprobs": bool(self.top_logprobs),
                "background": bool(self.background),
                "prompt": self.prompt is not None,
            }
        )
        if self.previous_response_id and self.conversation:
            raise Problem(400, "A response goes on behind another or in a conversation, not both.", hint="Send one.")

    @property
    def messages(self) -> list[MessageDict]:
        """The conversation as LangChain takes it: what was only shown (reasoning, calls) stays out."""
        given = [{"role": "user", "content": self.input}] if isinstance(self.input, str) else self.input
        spoken = [_message(item) for item in given if item.get("type", "message") == "message"]
        told = [{"role": "system", "content": self.instructions}] if self.instructions else []
        return [*told, *(message for message in spoken if message["content"])]

    @property
    def decisions(self) -> dict[str, Any]:
        """The answers to approvals that were asked for."""
        items = [] if isinstance(self.input, str) else self.input
        answers = [item for item in items if item.get("type") == "mcp_approval_response"]
        return answered((item.get("approval_request_id"), _decision(item)) for item in answers)

    @property
    def after(self) -> str | None:
        """The run that is gone on behind. Raises `Problem` for what is no response's id."""
        named = self.previous_response_id
        if named and not named.startswith(PREFIX):
            raise Problem(400, f"{named!r:.80} is no response's id.", hint="Send the `id` of a response.")
        return named.removeprefix(PREFIX) if named else None

    @property
    def thread(self) -> str | None:
        """The thread to go on with."""
        named = self.conversation
        key = str(named.get("id") or "") if isinstance(named, dict) else named
        return thread_of(self.metadata, key or None, self._user)

    @property
    def tags(self) -> dict[str, str]:
        """What costs are told apart by."""
        return tags_of(self.metadata, self._user)

    @property
    def _user(self) -> str | None:
        return self.user or self.safety_identifier

    def options(self, created: int, address: str) -> ResponseOptions:
        """What is asked of the response; without a stream, words are sent when they stand. `address`: as there."""
        echo = self.model_dump(include={"instructions", "metadata", "max_output_tokens", "previous_response_id"})
        hold, limits = self.mainstem.hold or not self.stream, AnswerLimits(self.max_output_tokens)
        return ResponseOptions(self.model, created, hold=hold, address=address, limits=limits, echo=echo)


def _message(item: InputItem) -> MessageDict:
    role, content = item.get("role"), item.get("content")
    if role not in ("user", "assistant", "system", "developer"):
        raise Problem(422, f"{role!r:.40} is no role of a message.", hint="Send user, assistant, system or developer.")
    if isinstance(content, str) or not isinstance(content, list):
        return {"role": role, "content": content if isinstance(content, str) else ""}
    return {"role": role, "content": [_part(part) for part in cast("list[Any]", content)]}


def _part(part: Any) -> MessageDict:
    given = cast("Mapping[str, Any]", part if isinstance(part, Mapping) else {})
    kind = str(given.get("type"))
    if kind in ("input_text", "output_text", "text"):
        return {"type": "text", "text": str(given.get("text") or "")}
    if kind == "input_image" and given.get("image_url"):
        return image("image/png", str(given["image_url"]))
    return image(kind, "")


def _decision(item: InputItem) -> Any:
    """The decision: only `true` approves, and only `false` rejects."""
    approved, reason = item.get("approve"), item.get("reason")
    if not isinstance(approved, bool) or not isinstance(reason, str | None):
        raise Problem(422, f"{approved!r:.80} is no answer to an approval.", hint="`approve` is true or false.")
    return approve() if approved else reject(reason or None)
