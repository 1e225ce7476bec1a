"""Reports of a table and paragraphs each, in TAT-QA's form."""

import csv
import io
from pathlib import Path
from typing import Any

from benchmarks.answering.grading import Gold
from benchmarks.answering.loaders import rows
from benchmarks.answering.suite import Case, Suite


def load(path: Path) -> Suite:
    """Each context is a folder: `report.md` with its paragraphs, `table.csv` as the report prints it."""
    groups: dict[str, dict[str, str]] = {}
    cases: list[Case] = []
    for number, context in enumerate(rows.read(rows.only(path, "*dev*.json", "*.json"))):
        name = f"{number:05}"
        paragraphs = sorted(context["paragraphs"], key=lambda each: each["order"])
        text = "\n\n".join(each["text"] for each in paragraphs)
        groups[name] = {"report.md": text + "\n", "table.csv": _csv(context["table"]["table"])}
        cases += [Case(each["question"], _gold(each), name, _kind(each)) for each in context["questions"]]
    return Suite(groups, cases)


def _csv(table: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(table)
    return written.getvalue()


def _kind(question: dict[str, Any]) -> str:
    kind = question["answer_type"].replace("multi-span", "span")
    return f"{kind}s in {question['answer_from'].split('-')[0]}" if kind == "span" else kind


def _gold(question: dict[str, Any]) -> Gold:
    answer = question["answer"]
    parts = answer if isinstance(answer, list) else [answer]
    return Gold(tuple((str(part),) for part in parts))
