"""`python -m benchmarks [--quick] [--only SUBJECT] [NAME…]`: measure, and write `benchmarks/RESULTS.md`."""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.bench import Bench
from benchmarks.measures import NAMES, QUICK, measure
from benchmarks.section import Section
from benchmarks.subjects import DOORS, WHERE

PAGE = Path(__file__).parent / "RESULTS.md"


def measured(bench: Bench, names: Sequence[str]) -> Iterator[Section]:
    """The sections, told as they come."""
    for name in names:
        began = time.monotonic()
        section = measure(name)(bench)
        bench.send_home(*bench.servers())
        print(f"\n{section.title} ({time.monotonic() - began:.0f} s)\n")
        for each in section.tables:
            print(results.table(each))
        print(*section.notes, sep="\n", flush=True)
        yield section


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="a minute or two: few rows, one round, no page")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each benchmark (default: 5; of a fleet 3)")
    parser.add_argument("--only", action="append", metavar="SUBJECT", help="measure this subject only; may be repeated")
    parser.add_argument("--out", type=Path, help="where the page goes (default: RESULTS.md, unless --quick or --only)")
    parser.add_argument("--note", default="", help="a sentence for the page about the conditions")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"there is no benchmark {min(unknown)!r}: {', '.join(NAMES)}")
    if unknown := set(given.only or ()) - {*WHERE, *DOORS}:
        parser.error(f"there is no subject {min(unknown)!r}: {', '.join([*WHERE, *DOORS])}")
    names = given.names or (QUICK if given.quick else NAMES)
    out: Path | None = given.out or (None if given.quick or given.only else PAGE)
    sections: list[Section] = []
    with Bench(given.quick, given.only or (), rounds=given.rounds) as bench:
        for section in measured(bench, names):
            sections.append(section)
            if out:  # what was measured is not lost when the rest fails
                results.write(out, bench, sections, given.note)
    print(f"written: {out}" if out else "no page was written")


if __name__ == "__main__":
    main()
