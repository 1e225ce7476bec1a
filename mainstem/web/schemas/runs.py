"""Runs: what starts, resumes and halts them, and how they are listed."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mainstem.sessions.admission.questions import question_input
from mainstem.stores.journal import RunRecord
from mainstem.stream.jsonable import jsonable

from .body import Body, Tags

# said so that clients that are generated from it have one class, and not one a case
_ONE_OF_TWO: dict[str, Any] = {
    "if": {"required": ["question"], "properties": {"question": {"type": "string"}}},
    "then": {"properties": {"input": {"type": "null"}}},
    "else": {
        "required": ["input"],
        "properties": {
            "input": {"not": {"type": "null"}},
            "policy": {"enum": ["reject", "queue"]},
        },
    },
}


class RunRequest(Body):
    """What to run the graph on: a question, or any input; one of the two."""

    model_config = ConfigDict(json_schema_extra=_ONE_OF_TWO)

    question: str | None = Field(default=None, min_length=1, description="A user's message.")
    input: Any = Field(default=None, description="The graph's input, as it takes it.")
    thread: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Go on with this thread, or begin it.",
        json_schema_extra={"pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"},  # what is sure to be taken
    )
    model: str | None = Field(default=None, description="One of the models that /info names.")
    context: dict[str, Any] | None = Field(
        default=None, description="The graph's run-scoped context; default: the defaults of its schema."
    )
    checkpoint_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Where in the thread to go on from, as its /fork tells; default: its end.",
    )
    policy: Literal["reject", "queue", "steer"] = Field(
        default="reject",
        description="While another run has the thread: reject this one, queue it, or steer that run with its question.",
    )
    tags: Tags = Field(default_factory=dict, description="Whatever costs are told apart by: team, user, agent.")
    on_disconnect: Literal["continue", "stop"] | None = Field(
        default=None,
        description="When an inline stream's client goes away; default: stop, with an Idempotency-Key: continue.",
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.question is None) == (self.input is None):
            raise ValueError("give a question or an input, and not both")
        if self.policy == "steer" and self.question is None:
            raise ValueError("a run is steered with a question")
        return self

    @property
    def given(self) -> Any:
        """The graph's input."""
        return self.input if self.question is None else question_input(self.question)


class ResumeRequest(Body):
    """Decisions for what a thread waits for; none goes on from its last checkpoint."""

    decisions: Any = Field(
        default=None, description="{interrupt_id: HITLResponse}, or one HITLResponse when there is one interrupt."
    )
    checkpoint_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The end of the branch that waits; default: of the latest. The thread is that branch from then on.",
    )
    context: dict[str, Any] | None = Field(
        default=None, description="As in the run that waits: a context is not kept with its thread."
    )
    tags: Tags = Field(default_factory=dict)
    on_disconnect: Literal["continue", "stop"] | None = None


class HaltRequest(Body):
    """Why a run is halted."""

    text: str = Field(default="", max_length=1000, description="A line that tells people why.")


class Started(BaseModel):
    """A run that was started."""

    run_id: str
    thread_id: str | None


class RunList(BaseModel):
    """Runs, newest first."""

    runs: "list[RunSummary]"


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
    question_id: str | None = Field(
        default=None, description="Of a thread's runs: the message that it answers; null where it goes on with a run."
    )

    @classmethod
    def of(cls, record: RunRecord, question_id: str | None = None) -> Self:
        """The summary of what the journal holds."""
        return cls(**{**record.__dict__, "tags": jsonable(record.tags)}, question_id=question_id)
