"""The modes that a caller may add to a watch, shown as they are: `values`, `checkpoints`, `debug`."""

from collections.abc import Iterator
from typing import Any, Literal

from ..events import Data, Event
from .open_items import Ns


def translate_extra(mode: Literal["values", "checkpoints", "debug"], data: Any, ns: Ns, at: float) -> Iterator[Event]:
    """One part, as `data`."""
    yield Data(at=at, ns=ns or None, mode=mode, data=data)
