"""What is printed: a table of the measures, and the line that says the first of them."""

from collections.abc import Sequence
from statistics import median

from benchmarks.answering.asking import Asked
from benchmarks.answering.bootstrap import interval
from benchmarks.answering.suite import Measure

_COLUMNS = ("measure", "value", "95 % interval", "n")


def table(measures: Sequence[Measure], seconds: Sequence[float], seed: int) -> str:
    """The measures with their intervals, and the time a question took."""
    rows = [_COLUMNS, *(_row(each, seed) for each in measures), *_times(seconds)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def last_line(measure: Measure, seed: int) -> str:
    """`METRIC VALUE [LOW, HIGH] n=N`."""
    value, low, high = interval(measure.values, seed)
    return f"{measure.name} {value:.3f} [{low:.3f}, {high:.3f}] n={len(measure.values)}"


def seconds(asked: Asked) -> list[float]:
    """The seconds of each question."""
    return [reply.seconds for _, reply in asked]


def _row(measure: Measure, seed: int) -> tuple[str, ...]:
    value, low, high = interval(measure.values, seed)
    return measure.name, f"{value:.3f}", f"[{low:.3f}, {high:.3f}]", str(len(measure.values))


def _times(taken: Sequence[float]) -> list[tuple[str, ...]]:
    if not taken:
        return []
    late = sorted(taken)[int(0.95 * (len(taken) - 1))]
    return [
        ("seconds a question, median", f"{median(taken):.3f}", "", str(len(taken))),
        ("seconds a question, 95th percentile", f"{late:.3f}", "", str(len(taken))),
    ]
