"""Where the router of a request is included: several may keep their threads in one home."""

from contextvars import ContextVar

included_at: ContextVar[str] = ContextVar("included_at", default="")
"""The path below which the router of the present request is included or mounted; empty at the root."""
