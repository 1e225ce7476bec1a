"""How the server is, and what it serves."""

from typing import Literal

from pydantic import BaseModel, Field


class Health(BaseModel):
    """How the server is."""

    status: Literal["ok", "degraded"]
    detail: str = Field(description="What is wrong; empty when all is well.")
    runs: int = Field(description="Runs that go on.")
    streams: int = Field(description="Streams that are open.")


class Ready(BaseModel):
    """That requests may be sent here."""

    status: Literal["ready"]


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
