"""Checkpoints sort by their ids, which are times: who writes a thread last comes last, whatever its clock says."""

from uuid import UUID

from langgraph.checkpoint.base import id as ids


def sort_behind(checkpoint_id: str) -> None:
    """Let every checkpoint that this process makes from now on sort behind `checkpoint_id`.

    Their ids are times, and LangGraph's guard against a clock that was set back knows only those of its own process:
    a thread that another process wrote to would end with the older turn.
    """
    try:
        parsed = UUID(checkpoint_id)
    except ValueError:
        return  # another maker's id
    if parsed.version == 6:
        ids._last_v6_timestamp = max(ids._last_v6_timestamp or 0, _time_of(parsed))  # pyright: ignore[reportPrivateUsage]


def _time_of(identity: UUID) -> int:
    """The time of a version 6 UUID, in its own unit (RFC 9562, section 5.6)."""
    return (identity.int >> 80) << 12 | (identity.int >> 64) & 0x0FFF
