"""What requests and answers look like."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from mainstem.knowledge import Document, Table
from mainstem.sessions.questions import question_input
from mainstem.sessions.threads import ThreadInfo
from mainstem.stores.journal import Feedback, RunRecord
from mainstem.stream.jsonable import jsonable

Tags = dict[str, str]

STREAM_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}
}
"""What OpenAPI says of a stream."""

WORDS_OR_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events, or words.", "content": {"text/event-stream": {}, "text/plain": {}}}
}
"""What it says of a stream that is also told as plain text."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


_ONE_OF_TWO: dict[str, Any] = {
    "oneOf": [
        {"required": ["question"], "properties": {"question": {"type": "string"}, "input": {"type": "null"}}},
        {
            "required": ["input"],
            "properties": {
                "question": {"type": "null"},
                "input": {"not": {"type": "null"}},
                "policy": {"enum": ["reject", "queue"]},
            },
        },
    ]
}


class RunRequest(_Body):
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


class ResumeRequest(_Body):
    """Decisions for what a thread waits for; none goes on from its last checkpoint."""

    decisions: Any = Field(
        default=None, description="{interrupt_id: HITLResponse}, or one HITLResponse when there is one interrupt."
    )
    context: dict[str, Any] | None = Field(
        default=None, description="As in the run that waits: a context is not kept with its thread."
    )
    tags: Tags = Field(default_factory=dict)
    on_disconnect: Literal["continue", "stop"] | None = None


class HaltRequest(_Body):
    """Why a run is halted."""

    text: str = Field(default="", max_length=1000, description="A line that tells people why.")


class ForkRequest(_Body):
    """Where a thread is to branch."""

    message_id: str = Field(min_length=1, max_length=200, description="The message that is to be said anew.")


class Fork(BaseModel):
    """Where a thread was before a message."""

    thread_id: str
    checkpoint_id: str = Field(description="For `POST /runs`, beside the thread: the run begins a branch there.")


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


class FeedbackRequest(_Body):
    """What is said of a run: a score, a label or an explanation, or several of them."""

    name: str = Field(min_length=1, max_length=100, description="What is judged: thumbs, helpful, correct.")
    score: float | None = Field(default=None, allow_inf_nan=False)
    label: str | None = Field(default=None, max_length=100, description="The judgement in a word.")
    explanation: str = Field(default="", max_length=4000, description="Why; it is masked.")
    annotator: str = Field(default="", max_length=100, description="Who says so.")


class FeedbackSummary(BaseModel):
    """What was said of a run."""

    run_id: str
    name: str
    score: float | None
    label: str | None
    explanation: str
    annotator: str
    at: str = Field(description="When, ISO 8601 in UTC.")

    @classmethod
    def of(cls, said: Feedback) -> Self:
        """The summary of what the journal holds."""
        return cls(**said.__dict__)


class FeedbackList(BaseModel):
    """What was said of a run, oldest first."""

    feedback: list[FeedbackSummary]


class ThreadSummary(BaseModel):
    """A thread, as a list shows it."""

    thread_id: str
    title: str
    turns: int
    updated_at: str
    waiting: bool = Field(description="Whether a person must decide before it goes on.")
    damaged: bool = Field(default=False, description="Whether what is stored of it cannot be read.")
    running: str | None = Field(description="The run that goes on in it.")

    @classmethod
    def of(cls, thread: ThreadInfo, running: str | None) -> Self:
        """The summary of `thread`."""
        return cls(**thread.__dict__, running=running)


class ThreadList(BaseModel):
    """Threads, newest first."""

    threads: list[ThreadSummary]


class ThreadPatch(_Body):
    """What is to be changed of a thread."""

    title: str = Field(max_length=1000, description="At most 80 characters are kept; an empty one takes it away.")


class ThreadMessage(BaseModel):
    """A message of a thread."""

    message_id: str
    role: str = Field(description="user, assistant, tool or system.")
    text: str
    name: str | None = None
    tool_calls: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    tool_call_id: str | None = None
    citations: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    steering: bool = Field(default=False, description="Whether it was added while its turn went on.")


class PendingInterrupt(BaseModel):
    """What a person must decide."""

    interrupt_id: str
    request: Any


class Approval(BaseModel):
    """One request that waits for a decision, which `POST /threads/{thread_id}/resume` brings."""

    thread_id: str
    title: str
    since: str = Field(description="Since when it waits, ISO 8601.")
    interrupt_id: str
    request: Any = Field(description="With the words that a policy holds back, which the stream does not tell.")
    question: str = Field(description="What was asked of the model last.")
    answer: str = Field(description="What it had said until then.")
    policy: str | None = Field(description="The policy that holds words back; null where tools wait.")
    expires_at: str | None = Field(description="Until when it can be decided on, ISO 8601; null: for ever.")
    expired: bool = Field(description="Whether that is over: whatever is decided now is a rejection.")


class ApprovalList(BaseModel):
    """What waits, of the latest threads first."""

    approvals: list[Approval]


class ThreadState(ThreadSummary):
    """A thread with what was said in it."""

    status: Literal["idle", "running", "interrupted"]
    summary: str = Field(description="What the turns said that no longer stand in `messages`.")
    messages: list[ThreadMessage]
    values: dict[str, Any] = Field(description="What else its state holds.")
    interrupts: list[PendingInterrupt]
    runs: list[RunSummary] = Field(description="Its latest runs, newest first.")


class DocumentSummary(BaseModel):
    """An indexed document."""

    id: str
    document: str = Field(description="Its name, as citations give it.")
    kind: str
    chars: int
    passages: int
    indexed_at: datetime

    @classmethod
    def of(cls, document: Document, key: str) -> Self:
        """The summary of `document`, which is called `key`."""
        return cls(id=key, **document.__dict__)


class TableSummary(BaseModel):
    """An indexed table."""

    id: str = Field(description="Of the document that holds it.")
    name: str
    document: str
    columns: dict[str, str] = Field(description="Names and DuckDB types.")
    rows: int

    @classmethod
    def of(cls, table: Table, key: str) -> Self:
        """The summary of `table`, whose document is called `key`."""
        columns = {column.name: column.type for column in table.columns}
        return cls(id=key, name=table.name, document=table.document, columns=columns, rows=table.rows)


class SkippedDocument(BaseModel):
    """A file that is not indexed for what is in it; it is tried again when it changes."""

    document: str
    reason: str


class UnreadFiles(BaseModel):
    """Files that were passed over because files of their kind are not read."""

    suffix: str = Field(description="How their names end.")
    files: int


class Collection(BaseModel):
    """Documents and tables that are searched together."""

    name: str
    documents: list[DocumentSummary]
    tables: list[TableSummary]
    skipped: list[SkippedDocument] = Field(default=[], description="What could not be read, and why.")
    unread: list[UnreadFiles] = Field(default=[], description="Kinds of files that are not read.")


class DocumentList(BaseModel):
    """Everything that is indexed."""

    collections: list[Collection]


class PassageText(BaseModel):
    """Part of a document, with what stands around it."""

    document: str
    before: str
    text: str
    after: str
    start: int
    end: int
    total_chars: int


class Health(BaseModel):
    """How the server is."""

    status: Literal["ok", "degraded"]
    detail: str = Field(description="What is wrong; empty when all is well.")
    runs: int = Field(description="Runs that go on.")
    streams: int = Field(description="Streams that are open.")


class Limits(BaseModel):
    """How much the server takes."""

    question_chars: int
    body_bytes: int
    upload_bytes: int
    file_bytes: int
    runs: int
    streams: int


class Info(BaseModel):
    """What is served."""

    name: str = Field(description="The graph.")
    version: str = Field(description="Mainstem's.")
    model: str | None = Field(description="The model that answers; null where the graph chooses its own.")
    models: list[str] = Field(description="Those that a run may ask for.")
    documents: bool = Field(description="Whether /documents is there.")
    threads: bool = Field(description="Whether the graph keeps threads.")
    messages: bool = Field(description="Whether a question can be asked; else only an input can be given.")
    inputs: list[str] | None = Field(description="The keys of the graph's input; null where it does not tell them.")
    bundled: bool = Field(description="Whether it is the agent that comes with Mainstem.")
    limits: Limits


class SignIn(BaseModel):
    """What somebody signs in with."""

    model_config = ConfigDict(extra="forbid")

    token: SecretStr = Field(description="A token of `mainstem token create`, or whatever this server takes as one.")


class Me(BaseModel):
    """Who sent the request."""

    id: str = Field(description="The user's id; empty where nobody is asked who they are.")
    roles: list[str] = Field(description="What they may do.")
    authentication: bool = Field(description="Whether this server asks who one is.")
