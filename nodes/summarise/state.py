"""What a summary keeps while it is made. Texts stay in the index: a checkpoint holds where they stand."""

import operator
from typing import Annotated, Literal, TypedDict

from mainstem.events import HaltReason
from mainstem.models.retrieved import Retrieved


class PassageRange(TypedDict):
    """The passages `first` to `last` (from 0, the last one included) of the document at `path`."""

    path: str
    first: int
    last: int


class Part(TypedDict):
    """What the model reads at once; the passages of all parts are numbered through, from `first_number` on here."""

    number: int
    label: str
    spans: list[PassageRange]
    first_number: int


class Note(TypedDict):
    """What was noted of a part, or of several; empty with the reason in `failed` where it could not be read."""

    text: str
    failed: str


class SummaryInput(TypedDict):
    """The question, and the names of the documents that the last answer cited."""

    question: str
    sources: list[str]


class SummaryState(SummaryInput, total=False):
    """What is known of the summary so far."""

    documents: list[str]
    """Paths of the documents that are meant."""
    focus: str
    """What is asked about; empty for all."""
    parts: list[Part]
    notes: Annotated[dict[str, Note], operator.or_]
    """By level and position: `0.3` of the fourth part, `1.0` of the first few notes together."""
    level: int
    retrieved: Retrieved
    """What the answer is made from; absent where the question asks for no summary of what is here."""
    halted: HaltReason | Literal[""]


class SummaryUpdate(TypedDict, total=False):
    """What a node of the summary may write."""

    documents: list[str]
    focus: str
    parts: list[Part]
    notes: dict[str, Note]
    level: int
    retrieved: Retrieved
    halted: HaltReason | Literal[""]


class PartTask(TypedDict):
    """What one `read_part` is given."""

    part: Part
    focus: str


class MergeTask(TypedDict):
    """What one `merge_notes` is given: the key of what comes of it, and the notes."""

    key: str
    notes: list[str]
    focus: str
