"""Tables with denotations, as WikiTableQuestions has them: a TSV of `utterance`, `context` (a CSV), `targetValue`."""

from pathlib import Path

from benchmarks.answering.grading import Gold
from benchmarks.answering.loaders import rows
from benchmarks.answering.suite import Case, Suite


def load(path: Path) -> Suite:
    """Each question over its own table, in a folder of its own; `|` parts the items of a gold answer."""
    file = rows.only(path, "*unseen*.tsv", "*.tsv")
    with file.open(encoding="utf-8", newline="") as lines:
        heads, *read = (line.rstrip("\n").split("\t") for line in lines)
    made = [dict(zip(heads, row, strict=False)) for row in read]
    groups = {row["context"]: _table(file.parent / row["context"]) for row in made}
    return Suite(groups, [Case(row["utterance"], _gold(row["targetValue"]), row["context"]) for row in made])


def _table(path: Path) -> dict[str, bytes]:
    return {f"{path.parent.name.removesuffix('-csv')}-{path.name}": path.read_bytes()}


def _gold(value: str) -> Gold:
    return Gold(tuple((each.replace("\\p", "|").replace("\\n", "\n"),) for each in value.split("|")))
