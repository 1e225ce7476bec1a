"""`python -m benchmarks [--quick] [--only SUBJECT] [NAME…]`: measure, and write `benchmarks/RESULTS.md`."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.bench import Bench
from benchmarks.measures import NAMES, measure
from benchmarks.section import Section
from benchmarks.subjects import DOORS, WHERE

PAGE = Path(__file__).parent / "RESULTS.md"


def measured(bench: Bench, names: Sequence[str]) -> list[Section]:
    """The sections, told as they come."""
    found: list[Section] = []
    for name in names:
        began = time.monotonic()
        section = measure(name)(bench)
        bench.send_home(*bench.servers())
        print(f"\n{section.title} ({time.monotonic() - began:.0f} s)\n")
        for each in section.tables:
            print(results.table(each))
        print(*section.notes, sep="\n", flush=True)
        found.append(section)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="a few minutes: fewer rows, few rounds, no page")
    parser.add_argument("--only", action="append", metavar="SUBJECT", help="measure this subject only; may be repeated")
    parser.add_argument("--out", type=Path, help="where the page goes (default: RESULTS.md, when all is measured)")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"there is no benchmark {min(unknown)!r}: {', '.join(NAMES)}")
    if unknown := set(given.only or ()) - {*WHERE, *DOORS}:
        parser.error(f"there is no subject {min(unknown)!r}: {', '.join([*WHERE, *DOORS])}")
    began, names = time.monotonic(), given.names or NAMES
    with Bench(given.quick, given.only or ()) as bench:
        sections = measured(bench, names)
    if out := given.out or (None if given.quick or given.names or given.only else PAGE):
        results.write(out, bench, sections, time.monotonic() - began)
        print(f"written: {out}")


if __name__ == "__main__":
    main()
