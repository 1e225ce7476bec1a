"""JSON lines of `sentence`, `passage`, `question` (or none), `supported`, and `kind` (or none)."""

from pathlib import Path

from benchmarks.answering.loaders import rows
from benchmarks.answering.suite import Case, Suite


def load(path: Path) -> Suite:
    """No files: the gold is the row, and the case's question is the row's."""
    made = rows.read(rows.only(path, "*.jsonl", "*.json"))
    return Suite({}, [Case(row.get("question") or "", row, kind=str(row.get("kind") or "")) for row in made])
