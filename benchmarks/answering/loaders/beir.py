"""BEIR: `corpus.jsonl` (_id, title, text), `queries.jsonl` (_id, text), `qrels/*.tsv` (query-id, corpus-id, score)."""

from collections import defaultdict
from pathlib import Path

from benchmarks.answering.asking import file_name
from benchmarks.answering.loaders import rows
from benchmarks.answering.suite import Case, Suite


def load(path: Path) -> Suite:
    """A document a file, titled by its title; the gold of a query is the grade of each file."""
    files: dict[str, str] = {}
    names: dict[str, str] = {}
    for number, row in enumerate(rows.read(path / "corpus.jsonl")):
        names[str(row["_id"])] = name = file_name(number)
        files[name] = f"# {row['title']}\n\n{row['text']}\n" if row.get("title") else row["text"]
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows.read(rows.only(path, "qrels/test.tsv", "qrels/*.tsv", "qrels*.tsv")):
        if float(row["score"]) > 0 and row["corpus-id"] in names:
            grades[row["query-id"]][names[row["corpus-id"]]] = float(row["score"])
    queries = {str(row["_id"]): row["text"] for row in rows.read(path / "queries.jsonl")}
    return Suite({"": files}, [Case(queries[each], grades[each]) for each in grades if each in queries])
