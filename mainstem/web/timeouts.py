"""How long a stream waits: to say something, and for its client to take it."""

from dataclasses import dataclass

HEARTBEAT = 15.0
"""Seconds between comments that keep a silent stream alive in proxies."""

SEND_SECONDS = 60.0
"""Seconds that a client may take nothing of what is sent to it before it counts as gone."""


@dataclass(frozen=True)
class StreamTimeouts:
    """How long a stream may be silent, and its client deaf."""

    heartbeat: float = HEARTBEAT
    """Seconds between comments that keep a silent stream alive in proxies."""
    patience: float = SEND_SECONDS
    """Seconds that a client may take nothing of what is sent to it."""
