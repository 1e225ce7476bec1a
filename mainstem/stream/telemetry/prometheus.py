"""What was measured as Prometheus reads it: text, names with underscores, units spelt out."""

from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby

from .distribution import Distribution
from .measures import Labels, Series
from .names import Instrument

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_UNITS = {"s": "_seconds", "USD": "_usd"}


def prometheus_text(series: Iterable[Series]) -> str:
    """The exposition of `series`, each metric once."""
    ordered = sorted(series, key=lambda one: one.instrument.name)
    lines: list[str] = []
    for instrument, found in groupby(ordered, key=lambda one: one.instrument):
        lines += _metric(instrument, found)
    return "".join(f"{line}\n" for line in lines)


def _metric(instrument: Instrument, series: Iterable[Series]) -> Iterator[str]:
    name = _name(instrument)
    yield f"# HELP {name} {instrument.description}"
    yield f"# TYPE {name} {'histogram' if instrument.bounds else 'counter'}"
    for one in series:
        if isinstance(one.value, Distribution):
            yield from _histogram(name, one.labels, one.value)
        else:
            yield f"{name}{_labels(one.labels)} {one.value!r}"


def _name(instrument: Instrument) -> str:
    name = instrument.name.replace(".", "_") + _UNITS.get(instrument.unit, "")
    return name if instrument.bounds else f"{name}_total"


def _histogram(name: str, labels: Labels, found: Distribution) -> Iterator[str]:
    for bound, count in zip((*found.bounds, "+Inf"), accumulate(found.counts), strict=True):
        yield f"{name}_bucket{_labels((*labels, ('le', str(bound))))} {count}"
    yield f"{name}_sum{_labels(labels)} {found.total!r}"
    yield f"{name}_count{_labels(labels)} {found.count}"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    said = (f'{key.replace(".", "_")}="{_escaped(str(value))}"' for key, value in labels)
    return "{" + ",".join(said) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
