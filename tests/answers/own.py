"""The set as a format of `benchmarks/answers.py`: `python benchmarks/answers.py own [DOCS_CORPORA]`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.answering import asking
from benchmarks.answering.asking import Asked
from benchmarks.answering.formats import Format
from benchmarks.answering.loaders.sections import unpacked
from benchmarks.answering.metrics.verdicts import answers
from benchmarks.answering.suite import Case, Measure, Suite

from .documents import documents
from .questions_documents import FACTS
from .questions_large import LARGE, NOTHING
from .questions_others import FOLLOW_UPS, META, MISSPELT, UNANSWERABLE
from .questions_tables import TABLES
from .tables import tables

MIXED, LARGE_FOLDER = "mixed", "large"


def folder() -> Mapping[str, str | bytes]:
    """The mixed folder: documents and tables by file name."""
    return {**documents(), **tables()}


def cases() -> Iterator[Case]:
    """All 140 questions."""
    kinds = {"documents": FACTS, "tables": TABLES, "unanswerable": UNANSWERABLE, "misspelt": MISSPELT, "meta": META}
    for kind, asked in kinds.items():
        yield from (Case(question, gold, MIXED, kind) for question, gold in asked)
    yield from (Case(question, gold, MIXED, "follow-up", after) for after, question, gold in FOLLOW_UPS)
    yield from (Case(question, gold, LARGE_FOLDER, "large") for question, gold in LARGE)
    yield from (Case(question, gold, LARGE_FOLDER, "nothing answers") for question, gold in NOTHING)


def load(path: Path | None = None) -> Suite:
    """The mixed part, and the large one where `path` leads to docs-corpora."""
    if path is None:
        return Suite({MIXED: folder()}, [case for case in cases() if case.group == MIXED])
    large = {name: text for packed in sorted(path.glob("*.tar.xz")) for name, text in unpacked(packed).items()}
    return Suite({MIXED: folder(), LARGE_FOLDER: large}, list(cases()))


def score(asked: Asked) -> list[Measure]:
    """Right, wrong and refused, over all and kind by kind."""
    return answers(asked)


FORMAT = Format(load, asking.ask, score)
