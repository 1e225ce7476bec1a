"""Each format: how it is loaded, asked and scored."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answering import asking
from benchmarks.answering.asking import Asked, Subject
from benchmarks.answering.loaders import beir, qa, reports, sections, spans, summaries, support, tables
from benchmarks.answering.metrics import overlap, ranking, verdicts
from benchmarks.answering.metrics import summaries as rouge
from benchmarks.answering.metrics import support as checks
from benchmarks.answering.rooms import verdict
from benchmarks.answering.suite import Measure, Suite


@dataclass(frozen=True)
class Format:
    """What makes a suite of a path, asks it, and measures what came back."""

    load: Callable[[Path], Suite]
    ask: Callable[[Suite, Subject], Awaitable[Asked]]
    score: Callable[[Asked], list[Measure]]


async def check(suite: Suite, subject: Subject) -> Asked:
    """The verdict of the agent's own check on each row."""
    return [(case, await verdict(case.gold["sentence"], case.gold["passage"], case.question)) for case in suite.cases]


FORMATS: Mapping[str, Format] = {
    "beir": Format(beir.load, asking.search, ranking.documents),
    "qa": Format(qa.load, asking.ask, verdicts.quotes),
    "sections": Format(sections.load, asking.search, ranking.sections),
    "spans": Format(spans.load, asking.search, overlap.spans),
    "tables": Format(tables.load, asking.ask_tables, verdicts.tables),
    "reports": Format(reports.load, asking.ask, verdicts.reports),
    "support": Format(support.load, check, checks.support),
    "summaries": Format(summaries.load, asking.ask, rouge.summaries),
}
"""The formats, by the name that the command takes."""
