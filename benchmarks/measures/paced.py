"""One paced stream: what is added to each token, and how soon the first word is there, against no streaming at all."""

from benchmarks.bench import Bench
from benchmarks.section import Section, Table
from benchmarks.series import Series, named, notes, pick, ratio, rounds
from benchmarks.subjects import PLAIN

RATE = 50
QUICK = (PLAIN, "ainvoke", "mainstem")


def measure(bench: Bench) -> Section:
    names = pick(QUICK, bench.there()) if bench.quick else list(bench.there())
    tokens = 40 if bench.quick else 150
    found = rounds(bench, names, "paced", rate=RATE, tokens=tokens)
    plain = found.get(PLAIN)
    rows = [
        [
            named(name, series),
            f"{series.median('first') * 1000:.1f}",
            ratio(series.median("first"), plain.median("first") if plain else 0.0),
            *(_delays(series) if name != "ainvoke" else ["–"] * 3),
            f"{series.median('seconds'):.2f}",
            f"{series.median('cpu') * 1000:.0f}",
        ]
        for name, series in found.items()
    ]
    if plain:
        for row, series in zip(rows, found.values(), strict=True):
            if row[3] != "–":
                row[5] = ratio(series.median("delay_p50"), plain.median("delay_p50"))
    columns = [
        "",
        "first word, ms",
        f"× {PLAIN}",
        "added a token p50, µs",
        "p99, µs",
        f"p50 × {PLAIN}",
        "whole answer, s",
        "CPU, ms",
    ]
    text = (
        f"One answer of {tokens} tokens at {RATE} a second, alone. What is added is the time from the wire's sending "
        "to the reader. `ainvoke` is the same question without a stream: its first word is its last."
    )
    return Section("One paced stream, and no stream", text, [Table(columns, rows)], notes=notes(found))


def _delays(series: Series) -> list[str]:
    return [f"{series.median('delay_p50') * 1e6:,.0f}", f"{series.median('delay_p99') * 1e6:,.0f}", ""]
