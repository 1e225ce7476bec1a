"""How well the check of citations tells what a passage says from what it does not."""

from collections.abc import Iterator

from benchmarks.answering.asking import Asked
from benchmarks.answering.suite import Measure


def support(asked: Asked) -> list[Measure]:
    """Accuracy; of what is unsupported, the share that was caught; of what is supported, the share that was flagged.

    Only `supported` counts as passing: a sentence called doubtful is flagged.
    """
    judged = [(case.kind, truth(case.gold), reply.status == "supported") for case, reply in asked]
    rows = [Measure("accuracy", [float(true == passed) for _, true, passed in judged])]
    rows += _sides("", judged)
    kinds = sorted({kind for kind, _, _ in judged if kind})
    for kind in kinds:
        rows += _sides(f", {kind}", [one for one in judged if one[0] == kind])
    return rows


def truth(row: dict[str, object]) -> bool:
    """Whether a row says that its sentence is supported; a text may say it, too."""
    said = row["supported"]
    return said.lower() in ("true", "yes", "1", "supported") if isinstance(said, str) else bool(said)


def _sides(of: str, judged: list[tuple[str, bool, bool]]) -> Iterator[Measure]:
    false = [float(not passed) for _, true, passed in judged if not true]
    true = [float(not passed) for _, true, passed in judged if true]
    if false:
        yield Measure(f"unsupported caught{of}", false)
    if true:
        yield Measure(f"supported flagged{of}", true)
