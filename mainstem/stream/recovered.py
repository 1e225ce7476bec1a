"""Runs whose process died: their traces are closed where this process traces anything."""

import sys
from collections.abc import Sequence
from typing import Any

from .events import Event


def tell_recovered(written: Sequence[Event], closing: Sequence[Event]) -> None:
    """Tell the telemetry of this process, if there is any, of a run that was ended for a dead one."""
    telemetry: Any = sys.modules.get("mainstem.stream.telemetry.run")  # off: it is not even imported
    if telemetry is not None:
        telemetry.tell_recovered(written, closing)
