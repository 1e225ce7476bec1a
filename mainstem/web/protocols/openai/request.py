"""What a chat completion's request asks for. Pure."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..answer_limits import AnswerLimits
from .conversation import refuse, tags_of, thread_of
from .options import CompletionOptions

MaxTokens = Annotated[int | None, Field(ge=1, description="The answer ends behind so many tokens.")]


class Message(BaseModel):
    """One message, in OpenAI's shape; it is given to the graph as it is."""

    model_config = ConfigDict(extra="allow")

    role: Literal["user", "assistant", "system", "developer", "tool"]
    content: str | list[dict[str, Any]] | None = None


class StreamOptions(BaseModel):
    """What OpenAI calls stream options."""

    include_usage: bool = False


class MainstemOptions(BaseModel):
    """What this door can do beyond OpenAI's."""

    model_config = ConfigDict(extra="forbid")

    events: bool = Field(default=False, description="Our events too, in the field `mainstem` of chunks without words.")
    hold: bool = Field(default=False, description="Send the words only when the run is over and they stand.")


class CompletionRequest(BaseModel):
    """A chat completion. Sampling settings are taken and have no effect: the agent has its own."""

    model: str
    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_tokens: MaxTokens = None
    max_completion_tokens: MaxTokens = None
    stop: str | list[str] | None = Field(default=None, description="The answer ends before the first of these.")
    user: str | None = Field(default=None, description="Becomes the tag `user`.")
    metadata: dict[str, str] | None = Field(
        default=None,
        description="`thread`: go on with it. `conversation_id`: the same, apart for each `user`. The rest: tags.",
    )
    mainstem: MainstemOptions = MainstemOptions()
    n: int | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    response_format: dict[str, Any] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None

    def check(self) -> None:
        """Raise `Problem` for what would be promised and not kept."""
        refuse(
            {
                "n": (self.n or 1) > 1,
                "tools": bool(self.tools),
                "functions": bool(self.functions),
                "response_format": (self.response_format or {}).get("type", "text") != "text",
                "logprobs": bool(self.logprobs or self.top_logprobs),
            }
        )

    def options(self, created: int, address: str) -> CompletionOptions:
        """What is asked of the stream; without one, words are sent when they stand. `address`: as in the options."""
        usage = not self.stream or (self.stream_options is not None and self.stream_options.include_usage)
        hold, events = self.mainstem.hold or not self.stream, self.mainstem.events and self.stream
        allowed = [limit for limit in (self.max_tokens, self.max_completion_tokens) if limit is not None]
        words = [self.stop] if isinstance(self.stop, str) else self.stop or []
        limits = AnswerLimits(min(allowed, default=None), tuple(filter(None, words)))
        told = {"usage": usage, "events": events, "hold": hold}
        return CompletionOptions(self.model, created, **told, address=address, limits=limits)

    @property
    def thread(self) -> str | None:
        """The thread to go on with."""
        return thread_of(self.metadata, None, self.user)

    @property
    def tags(self) -> dict[str, str]:
        """What costs are told apart by."""
        return tags_of(self.metadata, self.user)
