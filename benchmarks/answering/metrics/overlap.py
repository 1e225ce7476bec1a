"""How much of the gold excerpts was retrieved, and how little else, counted in characters."""

from collections.abc import Sequence

from benchmarks.answering.asking import Asked
from benchmarks.answering.metrics.ranking import ends_in
from benchmarks.answering.suite import Measure, Reply

Span = tuple[str, int, int]


def spans(asked: Asked) -> list[Measure]:
    """Recall, intersection over union, and precision of what one search returns."""
    shares = [shared(case.gold, _retrieved(reply, case.gold)) for case, reply in asked]
    count = Measure("passages returned", [float(len(reply.passages)) for _, reply in asked])
    named = zip(("recall", "iou", "precision"), zip(*shares, strict=True), strict=True)
    return [*(Measure(name, values) for name, values in named), count]


def shared(gold: Sequence[Span], found: Sequence[Span]) -> tuple[float, float, float]:
    """Recall, IoU and precision of spans; a character that several spans hold counts once."""
    wanted, held = _characters(gold), _characters(found)
    both = len(wanted & held)
    return (
        both / len(wanted) if wanted else 0.0,
        both / len(wanted | held) if both else 0.0,
        both / len(held) if held else 0.0,
    )


def _characters(spans: Sequence[Span]) -> set[tuple[str, int]]:
    return {(file, at) for file, start, end in spans for at in range(start, end)}


def _retrieved(reply: Reply, gold: Sequence[Span]) -> list[Span]:
    # A passage of another corpus is retrieved, too: it counts against IoU and precision under its own name.
    names = {file for file, _, _ in gold}
    return [(_name(str(one["path"]), names), int(one["start"]), _end(one)) for one in reply.passages]


def _end(passage: object) -> int:
    held: dict[str, int | str] = dict(passage)  # type: ignore[call-overload]  # a passage is a mapping
    return int(held.get("end") or int(held["start"]) + len(str(held["text"])))


def _name(path: str, names: set[str]) -> str:
    return next((name for name in names if ends_in(path, name)), path)
