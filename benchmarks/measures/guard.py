"""What masking costs: the same answer with nothing masked, with known secrets, and with every kind there is."""

from statistics import median

from benchmarks.bench import Bench
from benchmarks.measures.burst import TOKENS
from benchmarks.measures.paced import RATE
from benchmarks.section import Section, Table
from benchmarks.series import Series, named, notes, pick, rounds

ROWS = ("mainstem, nothing masked", "mainstem", "mainstem, all masked")


def measure(bench: Bench) -> Section:
    names = pick(ROWS, bench.there())
    burst = rounds(bench, names, "burst", tokens=2000 if bench.quick else TOKENS, prose=True)
    paced = rounds(bench, names, "paced", rate=RATE, tokens=40 if bench.quick else 150, prose=True)
    rows = [
        [
            named(name, burst[name]),
            f"{burst[name].median('cpu') * 1e6:.2f}",
            _times(burst[name], burst[names[0]]),
            f"{paced[name].median('cpu') * 1000:.0f}",
            _times(paced[name], paced[names[0]]),
        ]
        for name in names
    ]
    columns = ["", "burst, CPU µs a token", "× nothing masked", "paced, CPU ms", "× nothing masked"]
    text = (
        f"Prose with a number now and then: a burst of {TOKENS:,} tokens, and 150 at {RATE} a second. CPU is that of "
        "the whole process. The ratios are medians of those within each round; *mainstem* masks known secrets, which "
        "is the default."
    )
    return Section("What masking costs", text, [Table(columns, rows)], notes=notes(burst) + notes(paced))


def _times(series: Series, against: Series) -> str:
    """The median of the ratios of one round each: what slows the machine down slows both."""
    pairs = zip(series.outcomes, against.outcomes, strict=True)
    found = [
        mine.found["cpu"] / theirs.found["cpu"]
        for mine, theirs in pairs
        if "cpu" in mine.found and "cpu" in theirs.found
    ]
    return f"{median(found):.2f}" if found else "–"
