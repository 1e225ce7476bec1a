"""Right, wrong, refused: over all, and kind by kind."""

from collections.abc import Sequence

from benchmarks.answering.asking import Asked
from benchmarks.answering.grading import Gold, Verdict, grade
from benchmarks.answering.metrics.words import exact, f1
from benchmarks.answering.suite import Measure

VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "refused")


def answers(asked: Asked) -> list[Measure]:
    """The three shares, then those of each kind where there are several."""
    graded = [(case.kind, grade(reply.text, case.gold)) for case, reply in asked]
    kinds = sorted({kind for kind, _ in graded})
    measures = _shares("", [verdict for _, verdict in graded])
    for kind in kinds if len(kinds) > 1 else []:
        measures += _shares(f", {kind}", [verdict for one, verdict in graded if one == kind])
    return measures


def quotes(asked: Asked) -> list[Measure]:
    """For questions over paragraphs: right where the paragraph is there, and refused where it is gone."""
    there = [(case, reply) for case, reply in asked if not case.gold.none]
    gone = [(case, reply) for case, reply in asked if case.gold.none]
    measures = _shares("", [grade(reply.text, case.gold) for case, reply in there])
    if gone:
        kept = [float(grade(reply.text, case.gold) == "right") for case, reply in gone]
        measures.append(Measure("refused when it is gone", kept))
    texts = [(reply.text, [spelling for part in case.gold.parts for spelling in part]) for case, reply in there]
    measures.append(
        Measure("exact match", [max((exact(text, one) for one in gold), default=0) for text, gold in texts])
    )
    return [*measures, Measure("F1", [max((f1(text, one) for one in gold), default=0) for text, gold in texts])]


def tables(asked: Asked) -> list[Measure]:
    """The shares, and of the columns of numbers in the tables that were asked, the share that was left as text."""
    read = [is_read for _, reply in asked for is_read in (reply.columns or {}).values()]
    return [*answers(asked), Measure("numeric columns left as text", [float(not is_read) for is_read in read])]


def reports(asked: Asked) -> list[Measure]:
    """The shares by kind, with exact match and F1 of the words of the whole answer."""
    texts = [(reply.text, _joined(case.gold)) for case, reply in asked]
    words = [
        Measure("exact match", [exact(text, gold) for text, gold in texts]),
        Measure("F1", [f1(text, gold) for text, gold in texts]),
    ]
    return [*answers(asked), *words]


def _joined(gold: Gold) -> str:
    return " ".join(part[0] for part in gold.parts)


def _shares(of: str, verdicts: Sequence[str]) -> list[Measure]:
    return [Measure(f"{name}{of}", [float(verdict == name) for verdict in verdicts]) for name in VERDICTS]
