"""Questions with gold answers, in three spellings.

SQuAD's own JSON (`data`, `paragraphs`, `qas`; also version 2 with `is_impossible`); rows of `question`, `answers` (or
`answer`), and `context` or nothing; a folder that holds such rows beside the documents that they ask about.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.answering.asking import file_name
from benchmarks.answering.grading import Gold
from benchmarks.answering.loaders import rows
from benchmarks.answering.suite import Case, Suite

ALL, WITHOUT = "all", "without"
"""Kinds: over everything, and over the half that the question's own paragraph is not in."""

_QUESTIONS = ("question", "input_question", "query")
_ANSWERS = ("answers", "answer", "output_text", "gold")


def load(path: Path) -> Suite:
    """The paragraphs are files; each question is asked over all, and, where it has a paragraph, with that one gone."""
    file = rows.only(path, "questions.*", "data.csv", "*.json", "*.jsonl")
    if file.suffix == ".json":
        whole = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(whole, dict):
            return _halved(list(_squad(whole["data"])))
    made = [(row.get("context") or "", _first(row, _QUESTIONS), _gold(row)) for row in rows.read(file)]
    if all(context for context, _, _ in made):
        return _halved(made)
    beside = {
        each.relative_to(file.parent).as_posix(): each.read_bytes()
        for each in sorted(file.parent.rglob("*"))
        if each.is_file() and each != file and not each.stem.upper().startswith(("README", "LICENSE"))
    }
    return Suite({ALL: beside}, [Case(question, gold, ALL, ALL) for _, question, gold in made])


def _squad(articles: list[dict[str, Any]]) -> Iterator[tuple[str, str, Gold]]:
    for article in articles:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                none = bool(qa.get("is_impossible"))
                spellings = tuple(dict.fromkeys(answer["text"] for answer in qa["answers"]))
                yield paragraph["context"], qa["question"], Gold(() if none else (spellings,), none=none)


def _halved(made: list[tuple[str, str, Gold]]) -> Suite:
    numbers = {context: at for at, context in enumerate(dict.fromkeys(context for context, _, _ in made))}
    files = {file_name(at, suffix=".txt"): context for context, at in numbers.items()}
    halves = {str(half): {name: files[name] for name in list(files)[half::2]} for half in (0, 1)}
    cases: list[Case] = []
    for context, question, gold in made:
        cases.append(Case(question, gold, ALL, ALL))
        if not gold.none and len(numbers) > 1:
            cases.append(Case(question, Gold(none=True), str(1 - numbers[context] % 2), WITHOUT))
    return Suite({ALL: files, **halves}, cases)


def _first(row: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if name in row), None)


def _gold(row: dict[str, Any]) -> Gold:
    answers = _first(row, _ANSWERS)
    spellings = [str(each) for each in answers] if isinstance(answers, list) else [str(answers)] if answers else []
    none = bool(row.get("unanswerable") or row.get("is_impossible")) or not spellings
    return Gold(() if none else (tuple(spellings),), none=none)
