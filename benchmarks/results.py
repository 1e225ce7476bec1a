"""The page: `benchmarks/RESULTS.md`, with the machine, the versions and the plots."""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.plots import draw
from benchmarks.section import Section, Table
from benchmarks.subjects import subject

HERE = Path(__file__).parent
_HEAD = """# Results

Written by `python -m benchmarks`{how}; do not edit. The machine was{machine}.

The subject of each row runs alone on one core; the wire, and the reader of a served subject, run on the other. A row
is marked † and does not count when that other core was busy for more than 95 % of a trial, or when the wire itself sent
its tokens more than 20 ms late (99th percentile). Rows are measured in turns, {rounds} rounds; figures are medians.
Ratios hold better than numbers. What the figures mean is in [performance](../docs/performance.md).
"""


def write(out: Path, bench: Bench, sections: Sequence[Section], seconds: float) -> None:
    """Write the page, and the plots beside it."""
    parts = [_HEAD.format(how=" --quick" if bench.quick else "", machine=_machine(seconds), rounds=bench.rounds)]
    for section in sections:
        parts.append(f"## {section.title}\n\n{section.text}\n")
        parts += [table(each) for each in section.tables]
        parts += [f"{note}\n" for note in section.notes]
        names = [(chart, draw(chart, out.parent / "plots")) for chart in section.charts]
        parts += [f"![{chart.title}](plots/{name})\n" for chart, name in names if name]
    parts.append(_subjects(bench.absent))
    out.write_text("\n".join(parts), encoding="utf-8")


def table(given: Table) -> str:
    """A Markdown table."""
    lines = [given.columns, ["---"] + ["---:"] * (len(given.columns) - 1), *given.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _machine(seconds: float) -> str:
    cpu = next(
        (line.partition(": ")[2] for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    memory = next((int(line.split()[1]) / 2**20 for line in _lines("/proc/meminfo")), 0)
    load = os.getloadavg()[2]
    return (
        f" {cpu}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}; the run took {seconds / 60:.0f} minutes, and its load was {load:.1f}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def _subjects(absent: Mapping[str, str]) -> str:
    rows = [[name, subject(name).how, subject(name).versions()] for name, why in absent.items() if not why]
    rows += [[name, f"not measured: {why}", ""] for name, why in absent.items() if why]
    return "## The rows\n\n" + table(Table(["", "what is called", "versions"], rows)).replace("---:", "---")
