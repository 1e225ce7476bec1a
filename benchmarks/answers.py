"""`python benchmarks/answers.py FORMAT PATH [--model M] [--embeddings E] [--limit N] [--show]`: how good answers are.

FORMAT is one of beir, qa, sections, spans, tables, reports, support, summaries; or `own`, the questions of
`tests/answers`, where PATH is the folder of docs-corpora for its large part (without it, that part is left out).
It prints a table, and last one line `METRIC VALUE [LOW, HIGH] n=N`.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from benchmarks.answering import report
from benchmarks.answering.asking import Asked, Subject, can_embed
from benchmarks.answering.formats import FORMATS, Format

OWN = "own"


def main() -> None:
    """Load, ask, score, print."""
    given = _arguments()
    if given.embeddings and not can_embed():
        print("This version of Mainstem has no setting for embeddings: leave out --embeddings.", file=sys.stderr)
        raise SystemExit(2)
    chosen = _format(given.format)
    suite = chosen.load(given.path).sampled(given.limit, given.seed)
    if not suite.cases:
        print(f"There are no questions in {given.path}.", file=sys.stderr)
        raise SystemExit(2)
    asked = asyncio.run(chosen.ask(suite, Subject(given.model, given.embeddings)))
    if given.show:
        _show(asked, chosen)
    measures = chosen.score(asked)
    print(report.table(measures, report.seconds(asked), given.seed))
    print()
    print(report.last_line(measures[0], given.seed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/answers.py", description=__doc__.splitlines()[0])
    parser.add_argument("format", choices=[*FORMATS, OWN], metavar="FORMAT", help=", ".join([*FORMATS, OWN]))
    parser.add_argument("path", type=Path, metavar="PATH", nargs="?", help="the data set's folder or file")
    parser.add_argument("--model", default="extractive", help="as MAINSTEM_MODEL (default: extractive)")
    parser.add_argument("--embeddings", help="as MAINSTEM_EMBEDDINGS (default: none)")
    parser.add_argument("--limit", type=int, help="ask only so many of the questions, drawn by --seed")
    parser.add_argument("--seed", type=int, default=0, help="of the sample and of the intervals (default: 0)")
    parser.add_argument("--show", action="store_true", help="print each question, what came back and its verdict first")
    given = parser.parse_args()
    if given.path is None and given.format != OWN:
        parser.error("PATH is needed: the data set's folder or file")
    if given.path is not None and not given.path.exists():
        parser.error(f"there is no {given.path}")
    return given


def _format(name: str) -> Format:
    if name != OWN:
        return FORMATS[name]
    from tests.answers.own import FORMAT

    return FORMAT


def _show(asked: Asked, chosen: Format) -> None:
    for case, reply in asked:
        first = chosen.score([(case, reply)])
        told = ", ".join(f"{each.name} {each.values[0]:g}" for each in first[:3] if each.values)
        print(f"- {case.kind or case.group}: {case.question}\n  {told}\n  {reply.text[:600]!r}\n", flush=True)


if __name__ == "__main__":
    main()
