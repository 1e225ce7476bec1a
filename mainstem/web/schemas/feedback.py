"""What is said of runs."""

from typing import Self

from pydantic import BaseModel, Field

from mainstem.stores.journal import Feedback

from .body import Body


class FeedbackRequest(Body):
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
