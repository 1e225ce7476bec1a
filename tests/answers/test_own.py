"""The committed questions: they are well made, and today's answers are no worse than those that were recorded."""

import asyncio
import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.answering import asking
from benchmarks.answering.asking import Asked, Subject
from benchmarks.answering.grading import grade
from benchmarks.answering.suite import Suite

from .own import MIXED, cases, folder, load
from .questions_others import NONE

pytestmark = pytest.mark.worker

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text())
"""The share of answers right and wrong over the mixed folder, when it was last written down."""

MARGIN = 0.02
"""What a share may fall behind: two of the questions."""


def shares(asked: Asked) -> dict[str, float]:
    counted = Counter(grade(reply.text, case.gold) for case, reply in asked)
    return {verdict: counted[verdict] / len(asked) for verdict in ("right", "wrong", "refused")}


@pytest.fixture(scope="module")
def asked() -> Asked:
    return asyncio.run(asking.ask(load(), Subject()))


def test_there_are_140_questions():
    assert Counter(case.kind for case in cases()) == {
        "documents": 32,
        "tables": 50,
        "unanswerable": 8,
        "misspelt": 6,
        "meta": 5,
        "follow-up": 3,
        "large": 16,
        "nothing answers": 20,
    }
    assert len({(case.after, case.question) for case in cases()}) == 140


def test_the_folder_is_of_mixed_files():
    files, again = folder(), folder()
    assert {Path(name).suffix for name in files} == {".docx", ".md", ".html", ".pdf", ".csv", ".sqlite"}
    assert files.keys() == again.keys()
    # These two hold when they were written.
    assert {name for name in files if files[name] != again[name]} <= {"handbook.docx", "fleet.sqlite"}
    rows = list(csv.DictReader(io.StringIO(str(files["data/invoices.csv"]))))
    assert rows[0] == {
        "invoice": "R-101",
        "supplier": "Marinox",
        "issued": "13/01/2024",
        "amount": "12.400,00 €",
        "paid": "True",
    }


def test_every_question_has_a_gold_answer_that_the_grader_takes():
    for case in cases():
        if case.gold == NONE:
            assert grade("I found nothing about it.", case.gold) == "right"
        else:
            assert grade(", ".join(part[0] for part in case.gold.parts), case.gold) == "right", case.question
            assert grade("It is xyzzy, as everyone can see.", case.gold) == "wrong", case.question


def test_the_answers_are_no_worse_than_recorded(asked: Asked):
    now = shares(asked)
    assert now["right"] >= RECORDED["right"] - MARGIN
    assert now.get("wrong", 0.0) <= RECORDED["wrong"] + MARGIN


async def test_the_same_question_gets_the_same_answer(asked: Asked):
    some = [case for case, _ in asked][::13]
    again = await asking.ask(Suite({MIXED: folder()}, some), Subject())
    known = {case.question: reply.text for case, reply in asked}
    assert [reply.text for _, reply in again] == [known[case.question] for case, _ in again]
