"""Every kind of event, and the union of them."""

from typing import Annotated

from pydantic import Field

from .citations import Citation
from .event import Event
from .messages import (
    MessageDelta,
    MessageFinished,
    MessageReasoning,
    MessageStarted,
    MessageSuperseded,
)
from .nodes import Data, NodeFinished, NodeStarted, Progress
from .notices import Notice
from .runs import Gap, Interrupt, RunFinished, RunStarted
from .tools import ToolArguments, ToolFinished, ToolOutput, ToolStarted

KINDS: tuple[type[Event], ...] = (
    RunStarted, NodeStarted, NodeFinished, MessageStarted, MessageDelta, MessageReasoning, MessageSuperseded,
    MessageFinished, ToolArguments, ToolStarted, ToolOutput, ToolFinished, Progress, Citation, Interrupt, Notice, Data,
    Gap, RunFinished,
)  # fmt: skip
"""Every kind of event, in the order of the reference."""

AnyEvent = Annotated[
    RunStarted
    | NodeStarted
    | NodeFinished
    | MessageStarted
    | MessageDelta
    | MessageReasoning
    | MessageSuperseded
    | MessageFinished
    | ToolArguments
    | ToolStarted
    | ToolOutput
    | ToolFinished
    | Progress
    | Citation
    | Interrupt
    | Notice
    | Data
    | Gap
    | RunFinished,
    Field(discriminator="type"),
]
"""Any event, told apart by `type`."""
