"""What requests and answers look like."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mainstem.stream.journal import RunRecord

Tags = dict[str, str]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RunRequest(_Body):
    """What to run the graph on: a question, or any input; one of the two."""

    question: str | None = Field(default=None, min_length=1, description="A user's message.")
    input: Any = Field(default=None, description="The graph's input, as it takes it.")
    thread: str | None = Field(default=None, min_length=1, max_length=200, description="Go on with this thread.")
    model: str | None = Field(default=None, description="One of the models that /info names.")
    tags: Tags = Field(default_factory=dict, description="Whatever costs are told apart by: team, user, agent.")
    on_disconnect: Literal["continue", "stop"] | None = Field(
        default=None, description="What becomes of the run when an inline stream's client goes away; default: stop."
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.question is None) == (self.input is None):
            raise ValueError("give a question or an input, and not both")
        return self

    @property
    def given(self) -> Any:
        """The graph's input."""
        if self.question is None:
            return self.input
        return {"messages": [{"role": "user", "content": self.question}]}


class ResumeRequest(_Body):
    """Decisions for what a thread waits for; none goes on from its last checkpoint."""

    decisions: Any = Field(
        default=None, description="{interrupt_id: HITLResponse}, or one HITLResponse when there is one interrupt."
    )
    tags: Tags = Field(default_factory=dict)
    on_disconnect: Literal["continue", "stop"] | None = None


class Started(BaseModel):
    """A run that was started."""

    run_id: str
    thread_id: str | None


class RunSummary(BaseModel):
    """A run, as a list shows it."""

    run_id: str
    thread_id: str | None
    graph: str
    tags: Tags
    started_at: str = Field(description="ISO 8601, UTC.")
    status: str | None = Field(description="How it ended; null while it goes on.")
    seconds: float | None = Field(description="How long it took; null while it goes on.")
    events: int | None = Field(description="How many events it has; null while it goes on.")
    pruned: bool = Field(description="Whether its events were pruned.")

    @classmethod
    def of(cls, record: RunRecord) -> Self:
        """The summary of what the journal holds."""
        return cls(**record.__dict__)
