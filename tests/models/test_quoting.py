"""How often the two quoted sentences hold the answer, and how often what cannot be answered is refused (XQuAD)."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mainstem.knowledge import Library
from mainstem.models.extractive import quotes
from mainstem.models.extractive.candidates import near_best
from mainstem.models.extractive.evidence import LEAST, evidence

pytestmark = pytest.mark.worker

EVERY = 4
"""One question in four: enough to see a change, in a second or two."""


async def test_three_sentences_hold_the_answer_and_strangers_are_refused(shared: Path, tmp_path: Path) -> None:
    articles = await asyncio.to_thread(_articles, shared / "xquad-en" / "xquad.en.json", tmp_path)
    library = Library(tmp_path / "home")
    await library.index([tmp_path / "known"])
    held = answered = refused = sentences = 0
    known = [one for article in articles[::2] for one in article][::EVERY]
    strange = [one for article in articles[1::2] for one in article][::EVERY]
    for question, answer in known:
        passages = await _passages(library, question)
        quoted = quotes.best(question, passages)
        answered += bool(quoted) and evidence(question, quoted, passages) >= LEAST
        held += any(_flat(answer) in _flat(quote.text) for quote in quoted)
        sentences += len(quoted)
    for question, _ in strange:
        passages = await _passages(library, question)
        quoted = quotes.best(question, passages)
        refused += not quoted or evidence(question, quoted, passages) < LEAST
    assert held / len(known) > 0.86
    assert sentences / len(known) < 2.7  # others only where they have to do with the question
    assert answered / len(known) > 0.9
    assert refused / len(strange) > 0.8


def _articles(path: Path, folder: Path) -> list[list[tuple[str, str]]]:
    """The questions and answers of each article; every other article is written down as a document."""
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    (folder / "known").mkdir()
    for article in data[::2]:
        text = "\n\n".join(paragraph["context"] for paragraph in article["paragraphs"])
        name = article["title"].replace("/", "_")
        (folder / "known" / f"{name}.md").write_text(f"# {name}\n\n{text}", encoding="utf-8")
    return [
        [(q["question"], q["answers"][0]["text"]) for paragraph in article["paragraphs"] for q in paragraph["qas"]]
        for article in data
    ]


async def _passages(library: Library, question: str) -> list[Mapping[str, Any]]:
    found = (await library.search(question)).passages
    told = [
        {"n": n, "heading": p.heading, "text": p.text, "score": p.score, "coverage": p.coverage}
        for n, p in enumerate(found, 1)
    ]
    return near_best(told)


def _flat(text: str) -> str:
    return " ".join(text.split()).lower()
