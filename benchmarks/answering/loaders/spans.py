"""Excerpts with character spans: `questions_df.csv` (question, references as JSON, corpus_id) and `corpora/*.md`."""

import json
from pathlib import Path

from benchmarks.answering.loaders import rows
from benchmarks.answering.suite import Case, Suite


def load(path: Path) -> Suite:
    """All corpora in one folder; the gold of a question is its spans, as (file, start, end)."""
    files = {each.name: each.read_text(encoding="utf-8") for each in sorted((path / "corpora").iterdir())}
    cases: list[Case] = []
    for row in rows.read(rows.only(path, "questions*.csv", "questions*.jsonl")):
        named = row["references"]
        references = json.loads(named) if isinstance(named, str) else named
        file = next(name for name in files if Path(name).stem == row["corpus_id"])
        spans = [(file, each["start_index"], each["end_index"]) for each in references]
        cases.append(Case(row["question"], spans, kind=row["corpus_id"]))
    return Suite({"": files}, cases)
