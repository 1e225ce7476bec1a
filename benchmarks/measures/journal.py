"""What the journal costs."""

from benchmarks.bench import Bench
from benchmarks.measures.alone import median, program, turns
from benchmarks.section import Section, Table

EVENTS = 50_000


def measure(bench: Bench) -> Section:
    count = 10_000 if bench.quick else EVENTS
    (found,) = turns(bench, [lambda: program("records", bench.core, count)])
    rows = [
        [
            name,
            f"{median(found, who, 'cpu') * 1e6:.1f}",
            f"{median(found, who, 'wall') * 1e6:.1f}",
            f"{median(found, who, 'bytes'):.0f}",
        ]
        for who, name in (("mainstem", "the journal (each record chained by hash)"), ("bare", "a bare SQLite table"))
    ]
    text = (
        f"{count:,} events of {median(found, 'line'):.0f} bytes, written as they are while an answer streams and "
        "committed every 50 ms, until all are on disk. The journal writes in a thread of its own."
    )
    return Section("The journal", text, [Table(["", "CPU µs an event", "wall µs", "bytes on disk an event"], rows)])
