"""The figures of all runs that a journal holds."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

from ...stream.events import AnyEvent, decode
from ...stream.stats.statistics import Statistics
from . import Journal, RunRecord

ALL = 2**31
"""More runs than a journal holds."""


async def statistics(
    journal: Journal, *, days: float | None = None, tags: Mapping[str, str] | None = None
) -> Statistics:
    """The figures of the runs that are over, of the last `days` and with these tags.

    Raises `UnknownRun` when there is no journal yet.
    """
    found, since, counted = Statistics(), _since(days), set[str]()
    for record in await journal.runs(ALL):
        if record.status is None or record.started_at < since or not _has(record, tags or {}):
            continue
        events = [event async for event in _events(journal, record.run_id)]
        found.add_run(events, tags=record.tags, started_at=record.started_at, status=record.status)
        counted.add(record.run_id)
    for said in await journal.feedback():
        if said.run_id in counted:
            found.add_feedback(said.name, said.score, said.label)
    return found


def _since(days: float | None) -> str:
    return "" if days is None else (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")


def _has(record: RunRecord, tags: Mapping[str, str]) -> bool:
    return all(record.tags.get(key) == value for key, value in tags.items())


async def _events(journal: Journal, run_id: str) -> AsyncIterator[AnyEvent]:
    seq = 1
    while rows := await journal.read(run_id, seq, 1000):
        for seq, data in rows:  # noqa: B007 - the last one says where to go on
            yield decode(data)
        seq += 1
