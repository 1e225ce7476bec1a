"""What waits for a decision."""

from typing import Any

from pydantic import BaseModel, Field


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
