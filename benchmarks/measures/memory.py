"""Memory per open stream."""

from benchmarks.bench import Bench
from benchmarks.section import Section, Table
from benchmarks.series import named, notes, pick, rounds
from benchmarks.subjects import PLAIN

TOKENS = 100
QUICK = (PLAIN, "mainstem")
NAMES = (PLAIN, "ag-ui-langgraph", "assistant-stream", "mainstem, their model", "mainstem, coalescing off", "mainstem")


def measure(bench: Bench) -> Section:
    names, streams = (pick(QUICK, bench.there()), 60) if bench.quick else (pick(NAMES, bench.there()), 300)
    found = rounds(bench, names, "held", fresh=True, streams=streams, tokens=TOKENS)
    plain = found[PLAIN].median("bytes") if PLAIN in found else 0.0
    rows = [
        [named(name, series), f"{series.median('bytes') / 1000:.0f}", f"{(series.median('bytes') - plain) / 1000:+.0f}"]
        for name, series in found.items()
    ]
    text = (
        f"{streams} answers left open after {TOKENS} tokens, in a new process: how much memory it holds more than "
        f"before, for each. What is above `{PLAIN}` is above the graph's own."
    )
    columns = ["", "kB a stream", f"above {PLAIN}, kB"]
    return Section("Memory per open stream", text, [Table(columns, rows)], notes=notes(found))
