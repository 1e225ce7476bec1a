"""The HTTP door, end to end: a fleet over HTTP, a second watcher, and streams that are open and silent."""

from benchmarks.bench import Bench
from benchmarks.capacity import RATE
from benchmarks.measures.fleet import HOW, glance, searched, table, voids
from benchmarks.section import Chart, Section, Table
from benchmarks.series import notes, pick, rounds
from benchmarks.subjects import DOORS

PLAIN = "FastAPI, astream v2"
SETTLED = "FastAPI, astream v2, settled"
OURS = "mainstem, HTTP"
QUICK = (PLAIN, "mainstem, HTTP, as served")
IDLE = (PLAIN, OURS)
RUNS = 40
TOKENS = 150
OPEN = 1000


def measure(bench: Bench) -> Section:
    there = list(bench.there(DOORS))
    if bench.quick:
        return glance(bench, "Over HTTP, at a glance", pick(QUICK, there))
    found = searched(bench, there, lambda: bench.send_home(*bench.servers()))
    bars = [{"subject": each.name, "streams": each.brisk.streams} for each in found]
    chart = Chart("doors", "Streams a core over HTTP, at 50 tokens a second, brisk", "streams", "subject", bars)
    watchers, said = _watchers(bench)
    idle, more = _idle(bench)
    text = (
        f"The same fleet, each answer a response of one server process. {HOW} Below: {RUNS} runs, each followed by one "
        "reader or by two, and streams that are open and silent, above the idle server."
    )
    tables = [table(found, SETTLED), watchers, idle]
    return Section("Over HTTP", text, tables, [chart], [*voids(found), *said, *more])


def _watchers(bench: Bench) -> tuple[Table, list[str]]:
    one = rounds(bench, [OURS], "watched", runs=RUNS, watchers=1, rate=RATE, tokens=TOKENS)
    two = rounds(bench, [OURS], "watched", runs=RUNS, watchers=2, rate=RATE, tokens=TOKENS)
    first, both = (found[OURS].median("cpu") * 1e6 for found in (one, two))
    rows = [["1", f"{first:.1f}", "–"], ["2", f"{both:.1f}", f"{(both - first) / first:+.0%}"]]
    return Table(["watchers a run", "CPU µs a token", "the second costs, of the first"], rows), notes(one) + notes(two)


def _idle(bench: Bench) -> tuple[Table, list[str]]:
    names = list(pick(IDLE, list(bench.there(DOORS))))
    found = rounds(bench, names, "held", fresh=True, streams=OPEN, tokens=1)
    rows = [
        [name, f"{OPEN:,}", f"{series.median('bytes') * OPEN / 1e6:.0f}", f"{series.median('bytes') / 1000:.0f}"]
        for name, series in found.items()
    ]
    return Table(["", "open streams", "MB in all", "kB a stream"], rows), notes(found)
