"""Threads: how they are listed, changed and shown."""

from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from mainstem.sessions.threads.info import ThreadInfo

from .body import Body
from .runs import RunSummary


class ForkRequest(Body):
    """Where a thread is to branch."""

    message_id: str = Field(min_length=1, max_length=200, description="The message that is to be said anew.")
    checkpoint_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The end of the branch that holds it; default: the latest.",
    )


class Fork(BaseModel):
    """Where a thread was before a message."""

    thread_id: str
    checkpoint_id: str = Field(description="For `POST /runs`, beside the thread: the run begins a branch there.")


class Branch(BaseModel):
    """One of the questions that were asked at the same place of a thread, and what came of it."""

    message_id: str = Field(description="The message that asks.")
    question: str = Field(description="What it asks, in one line of at most 200 characters.")
    checkpoint_id: str = Field(description="Where the branch ends: GET /threads/{thread_id} and POST /runs take it.")
    latest: bool = Field(description="Whether it is where the thread goes on from by itself.")


class BranchList(BaseModel):
    """Where a thread branches."""

    places: list[list[Branch]] = Field(description="For each place the questions that were asked there, oldest first.")


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


class ThreadPatch(Body):
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


class ThreadState(ThreadSummary):
    """A thread with what was said in it."""

    status: Literal["idle", "running", "interrupted"]
    summary: str = Field(description="What the turns said that no longer stand in `messages`.")
    messages: list[ThreadMessage]
    values: dict[str, Any] = Field(description="What else its state holds.")
    interrupts: list[PendingInterrupt]
    runs: list[RunSummary] = Field(description="Its latest runs, newest first.")
