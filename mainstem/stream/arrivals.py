"""When the deltas came that a chunk joins: what a model tells with its chunks, so that joining hides no arrival.

A chat model of ours notes it on the chunk itself (`stamp`). What joins below somebody else's SDK has no chunk yet: it
tells the task that asked (`Announcer`), and `watch` notes it on the chunk that comes out of that task next.
"""

from contextvars import ContextVar
from typing import NamedTuple

from langchain_core.messages import AIMessageChunk, BaseMessage

KEY = "mainstem_arrivals"
"""Key in a chunk's `model_extra`."""


class Arrivals(NamedTuple):
    """How many deltas, and when the first and the last of them came, in seconds of `time.monotonic()`."""

    n: int
    first_at: float
    last_at: float


class Announcer:
    """Tells the task in which it was made, and whatever that task starts from then on, what was handed over last."""

    def __init__(self) -> None:
        self.last: Arrivals | None = None
        """What was told last and is not noted yet."""
        # an object and no value: the client may await each chunk in a task of its own, whose values are lost with it
        announcer.set(self)

    def tell(self, arrivals: Arrivals) -> None:
        """A piece is handed over that joins these."""
        self.last = arrivals


announcer: ContextVar[Announcer | None] = ContextVar("mainstem_announcer", default=None)


def stamp(chunk: AIMessageChunk, arrivals: Arrivals) -> None:
    """Note on `chunk` what it joins. It goes no further than the stream: merged messages do not keep it."""
    if chunk.model_extra is not None:  # as `setattr` would do, for a tenth of the time
        chunk.model_extra[KEY] = arrivals


def stamp_announced(message: BaseMessage, told: Announcer) -> None:
    """Note on a chunk what its task was told, unless it knows already."""
    arrivals, told.last = told.last, None
    if arrivals and isinstance(message, AIMessageChunk) and message.model_extra is not None:
        message.model_extra.setdefault(KEY, arrivals)
