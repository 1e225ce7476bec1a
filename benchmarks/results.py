"""The page: `benchmarks/RESULTS.md`, with the machine, the versions and the plots."""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.plots import draw
from benchmarks.section import Section, Table
from benchmarks.subjects import DOORS, WHERE, subject

HERE = Path(__file__).parent
_HEAD = """# Results

Written by `python -m benchmarks`{how}; do not edit. The machine was {machine}.

The subject of each row runs alone on one core; the wire, and the reader of a served subject, run on the other. A row
is marked † and does not count when that other core was busy for more than 95 % of a trial, or when the wire itself sent
its tokens more than 20 ms late (99th percentile). Rows are measured in turns, in as many rounds as their section says;
figures are medians. Ratios hold better than numbers, and only within a table. What the figures mean is in
[performance](../docs/explanation/performance.md).
"""
_ROWS = "The rows"


def write(out: Path, bench: Bench, sections: Sequence[Section], note: str = "") -> None:
    """Write the page, and the plots beside it; what the page says of other benchmarks stays.

    `note`: a sentence about the conditions, for the sections that are new.
    """
    known = _sections(out.read_text("utf-8")) if out.exists() else {}
    for section in sections:
        known[section.title] = _text(section, out.parent / "plots", f"{_rounds(bench)}{note and f' {note}'}")
    known.pop(_ROWS, None)
    head = _HEAD.format(how=" --quick" if bench.quick else "", machine=_machine())
    titled = [f"## {title}\n\n{text}" for title, text in known.items()]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join([head, *titled, f"## {_ROWS}\n\n{_subjects(bench)}"]), encoding="utf-8")


def _sections(page: str) -> dict[str, str]:
    parts = (part.partition("\n\n") for part in page.split("\n## ")[1:])
    return {title: text.rstrip("\n") + "\n" for title, _, text in parts}


def _rounds(bench: Bench) -> str:
    return "in one round." if bench.rounds == 1 else f"in {bench.rounds} rounds (a fleet in at most three)."


def _text(section: Section, plots: Path, how: str) -> str:
    drawn = [(chart, draw(chart, plots)) for chart in section.charts]
    when = f"Measured on {date.today().isoformat()}, at commit {_commit()}, {how}"
    parts = [f"{section.text} {when}\n", *map(table, section.tables), *(f"{note}\n" for note in section.notes)]
    return "\n".join(parts + [f"![{chart.title}](plots/{name})\n" for chart, name in drawn if name])


def _commit() -> str:
    """What is checked out; this page and its plots aside, which change while they are written."""
    changed = _git("status", "--porcelain", "--untracked-files=no", ":!RESULTS.md", ":!plots")
    return (_git("rev-parse", "--short", "HEAD") or "unknown") + (" with changes" if changed else "")


def _git(*asked: str) -> str:
    told = subprocess.run(["git", *asked], cwd=HERE, capture_output=True, text=True, check=False)
    return told.stdout.strip()


def table(given: Table) -> str:
    """A Markdown table."""
    lines = [given.columns, ["---"] + ["---:"] * (len(given.columns) - 1), *given.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _machine() -> str:
    cpu = next(
        (line.partition(": ")[2] for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    memory = next((int(line.split()[1]) / 2**20 for line in _lines("/proc/meminfo")), 0)
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def _subjects(bench: Bench) -> str:
    there = list(bench.there({**WHERE, **DOORS}))
    rows = [[name, subject(name).how, subject(name).versions()] for name in there]
    rows += [[name, f"not measured: {why}", ""] for name, why in bench.absent.items() if why]
    return table(Table(["", "what is called", "versions"], rows)).replace("---:", "---")
