"""How much a summary shares with the one that people wrote."""

from benchmarks.answering.asking import Asked
from benchmarks.answering.loaders.summaries import GENERAL
from benchmarks.answering.metrics.words import rouge
from benchmarks.answering.refusals import refused
from benchmarks.answering.suite import Measure

WORDS = 150
"""Words of a summary that count; a longer one is cut there."""


def summaries(asked: Asked) -> list[Measure]:
    """ROUGE and refusals, general queries first: what is refused has no word in common."""
    kinds = sorted({case.kind for case, _ in asked}, key=lambda kind: kind != GENERAL)
    return [measure for kind in kinds for measure in _of(kind, [one for one in asked if one[0].kind == kind])]


def _of(kind: str, asked: Asked) -> list[Measure]:
    scores = [rouge("" if refused(reply.text) else cut(reply.text), case.gold) for case, reply in asked]
    names = ("rouge-1", "rouge-2", "rouge-l")
    rows = [Measure(f"{name}-{kind}", values) for name, values in zip(names, zip(*scores, strict=True), strict=True)]
    return [*rows, Measure(f"refused, {kind}", [float(refused(reply.text)) for _, reply in asked])]


def cut(text: str) -> str:
    """The first words of a text."""
    return " ".join(text.split()[:WORDS])
