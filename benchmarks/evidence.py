"""`python -m benchmarks.evidence SQUAD XQUAD`: fit the weights of `mainstem/models/extractive/evidence.py`.

SQUAD is SQuAD's JSON (its version 2's dev split served); what is in XQUAD's JSON is left out, for that is measured on.
"""

import argparse
import asyncio
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.answering.asking import write
from benchmarks.answering.loaders import qa
from benchmarks.answering.suite import Suite
from mainstem.knowledge import Library
from mainstem.models.extractive import quotes
from mainstem.models.extractive.candidates import near_best
from mainstem.models.extractive.evidence import signals
from mainstem.models.retrieved import parsed, rendered

FOLDERS, PARAGRAPHS, QUESTIONS, SEED = 4, 5, 260, 11
"""Folders, each with so many paragraphs of every article, and so many questions."""


def main() -> None:
    """Print the intercept and the weights, in the order of `WEIGHTS`."""
    given = argparse.ArgumentParser(prog="benchmarks.evidence", description=__doc__.splitlines()[0])
    given.add_argument("squad", type=Path)
    given.add_argument("xquad", type=Path)
    paths = given.parse_args()
    rows = [row for suite in _suites(paths.squad, paths.xquad) for row in asyncio.run(_rows(suite))]
    found = np.array([signals for signals, _ in rows])
    print([round(float(weight), 2) for weight in _fitted(found, np.array([there for _, there in rows]))], len(rows))


def _suites(squad: Path, xquad: Path) -> Iterator[Suite]:
    """The folders: paragraphs with their answerable questions, none of which is of XQuAD."""
    measured = list(_paragraphs(xquad))
    texts = {each["context"].strip()[:80] for each in measured}
    asked = {one["question"] for each in measured for one in each["qas"]}
    drawn = random.Random(SEED)
    articles: list[list[dict[str, Any]]] = []
    for article in json.loads(squad.read_text(encoding="utf-8"))["data"]:
        kept = [each for each in article["paragraphs"] if each["context"].strip()[:80] not in texts]
        for each in kept:
            each["qas"] = [one for one in each["qas"] if not one.get("is_impossible") and one["question"] not in asked]
        kept = [each for each in kept if each["qas"]]
        drawn.shuffle(kept)
        articles.append(kept)
    for at in range(FOLDERS):
        paragraphs = [each for kept in articles for each in kept[PARAGRAPHS * at : PARAGRAPHS * (at + 1)]]
        ids = [one["id"] for each in paragraphs for one in each["qas"]]
        chosen = set(drawn.sample(ids, min(QUESTIONS, len(ids))))
        for each in paragraphs:
            each["qas"] = [one for one in each["qas"] if one["id"] in chosen]
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "squad.json"
            file.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}), encoding="utf-8")
            yield qa.load(file)


def _paragraphs(path: Path) -> Iterator[dict[str, Any]]:
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        yield from article["paragraphs"]


async def _rows(suite: Suite) -> list[tuple[tuple[float, ...], bool]]:
    """What is weighed for each question that anything is found for, and whether its paragraph is there."""
    rows: list[tuple[tuple[float, ...], bool]] = []
    with tempfile.TemporaryDirectory() as place:
        for group, files in suite.groups.items():
            folder = Path(place) / f"docs-{group}"
            write(folder, files)
            library = Library(Path(place) / f"home-{group}")
            await library.index([folder])
            for case in (each for each in suite.cases if each.group == group):
                result = await library.search(case.question, paths=[folder], limit=10)
                found = parsed(rendered(result.told(), case.question)).found or {}
                passages = near_best(found.get("passages") or [])
                if said := quotes.best(case.question, passages):
                    rows.append((signals(case.question, said, passages), not case.gold.none))
            await library.close()
    return rows


def _fitted(found: np.ndarray, is_there: np.ndarray, steps: int = 30) -> np.ndarray:
    """Logistic regression by Newton's method, the weights held near 0 by one unit of their own spread."""
    values = np.column_stack([np.ones(len(found)), found])
    held = np.append(0.0, found.std(axis=0) ** 2)
    weights = np.zeros(values.shape[1])
    for _ in range(steps):
        told = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (is_there - told) - held * weights
        curve = (values * (told * (1 - told))[:, None]).T @ values + np.diag(held)
        weights = weights + np.linalg.solve(curve, slope)
    return weights


if __name__ == "__main__":
    main()
