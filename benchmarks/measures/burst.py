"""Burst: CPU per token when the wire is faster than the reader."""

from benchmarks.bench import Bench
from benchmarks.section import Chart, Section, Table
from benchmarks.series import named, notes, pick, ratio, rounds
from benchmarks.subjects import PLAIN

TOKENS = 10_000
QUICK = ("raw httpx", PLAIN, "mainstem, coalescing off", "mainstem")
NEVER = ("ainvoke",)


def measure(bench: Bench) -> Section:
    there = [name for name in bench.there() if name not in NEVER]
    names = pick(QUICK, there) if bench.quick else there
    tokens = 2000 if bench.quick else TOKENS
    found = rounds(bench, names, "burst", tokens=tokens)
    cpu = {name: series.median("cpu") * 1e6 for name, series in found.items()}
    rows = [
        [
            named(name, series),
            f"{cpu[name]:.1f}",
            f"{series.median('wall') * 1e6:.1f}",
            ratio(cpu[name], cpu.get(PLAIN, 0.0)),
            ratio(cpu[name], cpu.get("raw httpx", 0.0)),
            f"{series.median('pieces'):,.0f}",
        ]
        for name, series in found.items()
    ]
    columns = ["", "CPU µs a token", "wall µs a token", f"× {PLAIN}", "× raw httpx", "pieces read"]
    chart = Chart("burst", "CPU per token, burst", "µs", "subject", [{"subject": n, "µs": v} for n, v in cpu.items()])
    text = (
        f"One answer of {tokens:,} tokens, sent faster than anybody reads, from the request to its last piece. "
        "CPU is that of the whole process, all threads."
    )
    return Section("Burst", text, [Table(columns, rows)], [chart], notes(found))
