"""The figures of all runs that a journal holds, and of those of variants beside each other."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

from ...stream.events import AnyEvent, decode
from ...stream.stats.comparison import VariantComparison
from ...stream.stats.run_figures import RunFigures, run_figures
from ...stream.stats.statistics import Statistics
from ...variant import BASELINE, SHADOW_OF, VARIANT
from . import Journal, RunRecord

ALL = 2**31
"""More runs than a journal holds."""

AT_ONCE = 1000
"""Events that are read at once."""


async def statistics(
    journal: Journal, *, days: float | None = None, tags: Mapping[str, str] | None = None
) -> Statistics:
    """The figures of the runs that are over, of the last `days` and with these tags.

    Raises `UnknownRun` when there is no journal yet.
    """
    found, counted = Statistics(), set[str]()
    async for record in _over(journal, days, tags):
        events = [event async for event in _events(journal, record.run_id)]
        found.add_run(events, tags=record.tags, started_at=record.started_at, status=str(record.status))
        counted.add(record.run_id)
    for said in await journal.feedback():
        if said.run_id in counted:
            found.add_feedback(said.name, said.score, said.label)
    return found


async def comparisons(
    journal: Journal,
    *,
    days: float | None = None,
    tags: Mapping[str, str] | None = None,
    baseline: str = BASELINE,
) -> list[VariantComparison]:
    """Each variant that recorded runs have taken beside the `baseline`, and each that ran in the shadow of one.

    Runs of the baseline that began before the variant did are left out: much else may have been different then.
    Raises `UnknownRun` when there is no journal yet.
    """
    sides: defaultdict[tuple[str, bool], list[tuple[RunRecord, RunFigures]]] = defaultdict(list)
    async for record in _over(journal, days, tags):
        name = record.tags.get(VARIANT)
        if name is None:
            continue
        found = run_figures([event async for event in _events(journal, record.run_id)])
        if found is not None:
            sides[name, SHADOW_OF in record.tags].append((record, found))
    usual = sides.pop((baseline, False), [])
    return [_compared(name, usual, sides[name, shadow], shadow=shadow) for name, shadow in sorted(sides)]


def _compared(
    name: str,
    usual: list[tuple[RunRecord, RunFigures]],
    runs: list[tuple[RunRecord, RunFigures]],
    *,
    shadow: bool,
) -> VariantComparison:
    began = min(record.started_at for record, _ in runs)
    shadowed = {record.tags.get(SHADOW_OF, "") for record, _ in runs}
    beside = [found for record, found in usual if (record.run_id in shadowed if shadow else record.started_at >= began)]
    pairs = [(record.tags.get(SHADOW_OF, ""), found) for record, found in runs] if shadow else []
    return VariantComparison.of(name, beside, [found for _, found in runs], pairs, shadow=shadow)


async def _over(journal: Journal, days: float | None, tags: Mapping[str, str] | None) -> AsyncIterator[RunRecord]:
    """The runs that are over, of the last `days` and with these tags."""
    since = _since(days)
    for record in await journal.runs(ALL):
        if record.status is not None and record.started_at >= since and _has(record, tags or {}):
            yield record


def _since(days: float | None) -> str:
    return "" if days is None else (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")


def _has(record: RunRecord, tags: Mapping[str, str]) -> bool:
    return all(record.tags.get(key) == value for key, value in tags.items())


async def _events(journal: Journal, run_id: str) -> AsyncIterator[AnyEvent]:
    seq, rows = 1, list[tuple[int, bytes]]()
    while seq == 1 or len(rows) == AT_ONCE:
        rows = list(await journal.read(run_id, seq, AT_ONCE))
        for _, data in rows:
            yield decode(data)
        seq = rows[-1][0] + 1 if rows else seq + 1
