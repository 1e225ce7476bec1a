"""Growth with the answer: CPU per token and memory as one answer gets longer."""

from benchmarks.bench import Bench
from benchmarks.section import Chart, Section, Table
from benchmarks.series import Series, named, notes, pick
from benchmarks.subjects import PLAIN

LENGTHS = (1_000, 10_000, 100_000)
NAMES = (PLAIN, "mainstem, coalescing off", "mainstem")


def measure(bench: Bench) -> Section:
    names, lengths = pick(NAMES, bench.there()), LENGTHS[:2] if bench.quick else LENGTHS
    found = {(name, length): Series() for name in names for length in lengths}
    for _ in range(bench.rounds):
        for (name, length), series in found.items():
            series.add(bench.trial(name, "burst", tokens=length))
    rows = [
        [
            named(name, series),
            f"{length:,}",
            f"{series.median('cpu') * 1e6:.1f}",
            f"{series.median('wall') * 1e6:.1f}",
            f"{max(0.0, series.median('peak')) / 1e6:.1f}",
            f"{series.median('size') / length:.0f}",
        ]
        for (name, length), series in found.items()
    ]
    points = [
        {"subject": name, "tokens": length, "µs": series.median("cpu") * 1e6}
        for (name, length), series in found.items()
    ]
    columns = ["", "tokens", "CPU µs a token", "wall µs a token", "peak memory above idle, MB", "bytes read a token"]
    chart = Chart("answers", "CPU per token as the answer grows", "tokens", "µs", points, line=True, log=True)
    text = "One answer in a burst, longer and longer. Memory is the peak over what the process held before."
    voids = notes({f"{name}, {length:,}": series for (name, length), series in found.items()})
    return Section("Growth with the answer", text, [Table(columns, rows)], [chart], voids)
