"""What a chat completion's request asks for. Pure."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...problems import Problem
from .options import CompletionOptions


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
    user: str | None = Field(default=None, description="Becomes the tag `user`.")
    metadata: dict[str, str] | None = Field(default=None, description="`thread`: go on with it. The rest: tags.")
    mainstem: MainstemOptions = MainstemOptions()
    n: int | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    response_format: dict[str, Any] | None = None

    def check(self) -> None:
        """Raise `Problem` for what would be promised and not kept."""
        wanted = {
            "n": (self.n or 1) > 1,
            "tools": bool(self.tools),
            "functions": bool(self.functions),
            "response_format": (self.response_format or {}).get("type", "text") != "text",
        }
        for name, refused in wanted.items():
            if refused:
                raise Problem(
                    400, f"{name!r} is not supported: the agent calls its own tools and answers once, in text."
                )

    def options(self, created: int) -> CompletionOptions:
        """What is asked of the stream; without one, words are sent when they stand."""
        usage = not self.stream or (self.stream_options is not None and self.stream_options.include_usage)
        hold, events = self.mainstem.hold or not self.stream, self.mainstem.events and self.stream
        return CompletionOptions(self.model, created, usage=usage, events=events, hold=hold)

    @property
    def thread(self) -> str | None:
        """The thread to go on with."""
        return (self.metadata or {}).get("thread") or None

    @property
    def tags(self) -> dict[str, str]:
        """What costs are told apart by."""
        tags = {key: value for key, value in (self.metadata or {}).items() if key != "thread"}
        return {**tags, "user": self.user} if self.user else tags
