"""What the answer to an upload tells."""

from typing import Annotated, Literal

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, RootModel

from mainstem.stream.events import Error

from .documents import SkippedDocument, UnreadFiles


class UploadProgress(BaseModel):
    """How far the indexing of an upload is."""

    type: Literal["progress"]
    label: str = Field(description="The file just dealt with.")
    done: int
    total: int
    unit: str
    unchanged: bool = Field(description="Whether nothing had to be done about that file.")


class UploadIndexed(BaseModel):
    """The end of an upload: what is indexed now."""

    type: Literal["indexed"]
    indexed: int = Field(description="Files that were read.")
    unchanged: int
    removed: int
    passages: int
    tables: int
    seconds: float
    skipped: list[SkippedDocument] = Field(description="What was refused or cannot be read, and why.")
    partly: list[SkippedDocument] = Field(description="What in files that were read could not be.")
    unread: list[UnreadFiles]


class UploadFailed(BaseModel):
    """The end of an upload that could not be indexed."""

    type: Literal["failed"]
    error: Error
    skipped: list[SkippedDocument]


class UploadEvent(RootModel[Annotated[UploadProgress | UploadIndexed | UploadFailed, Field(discriminator="type")]]):
    """What the answer to an upload tells, an event after the other. `type` tells them apart."""


class LinesResponse(JSONResponse):
    """Of the route whose answer is described as lines of `UploadEvent`."""

    media_type = "application/x-ndjson"
