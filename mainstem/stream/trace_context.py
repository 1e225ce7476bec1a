"""The trace that a run belongs to: who called it (W3C `traceparent`), and the ids of its own trace and spans.

Ids follow from the run's id, so that a trace that was cut off can be told again with the same ids.
"""

import re
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import blake2b

incoming: ContextVar[str | None] = ContextVar("mainstem_traceparent", default=None)
"""The `traceparent` of the request that this code answers; None: there is none."""

_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")


@dataclass(frozen=True)
class TraceParent:
    """The caller's span."""

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    sampled: bool = True
    """Whether the caller records its trace."""

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"


def parse_traceparent(header: str | None) -> TraceParent | None:
    """The span that a `traceparent` header names; None where it is none: the standard has such a one ignored."""
    found = _FORM.fullmatch((header or "").strip())
    if found is None or (found[0].startswith("00") and len(found[0]) != 55):
        return None
    return TraceParent(found[1], found[2], sampled=bool(int(found[3], 16) & 1))


def trace_id_of(run_id: str) -> str:
    """The id of the trace that begins with a run."""
    return blake2b(run_id.encode(), digest_size=16).hexdigest()


def span_id_of(run_id: str, key: str) -> str:
    """The id of the span that is called `key` in a run's trace."""
    return blake2b(f"{run_id}/{key}".encode(), digest_size=8).hexdigest()
