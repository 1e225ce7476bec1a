"""The benchmark of masking: what it counts, and what it finds in texts that are made up."""

import json
import random
import re
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.guard import Score, Span, leaks, masked_spans
from mainstem.models.guard import Masker, mask_of

from .. import forked
from .harmless import harmless

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "benchmarks" / "guard_sample.json"
MASK = mask_of(["all"])
HARMLESS = [one["full_text"] for one in json.loads(SAMPLE.read_text()) if not one["spans"]] + harmless()


def scored(*arguments: str) -> CompletedProcess[str]:
    return forked.run("benchmarks/guard.py", *arguments, cwd=ROOT, timeout=300)


@pytest.mark.real
def test_its_last_line_says_how_good_it_is():
    found = scored(str(SAMPLE), "--cuts", "3000")
    precision, recall, leaked = re.fullmatch(
        r"precision (\S+) recall (\S+) leaks (\d+)", found.stdout.splitlines()[-1]
    ).groups()
    assert (float(precision), float(recall), leaked) == (1.0, 1.0, "0")


@pytest.mark.real
def test_what_is_no_such_file_is_told_in_one_line(tmp_path):
    (tmp_path / "x.json").write_text('[{"text": 1}]')
    for name in ("x.json", "none.json"):
        found = scored(str(tmp_path / name))
        assert found.returncode == 1
        assert len(found.stderr.splitlines()) == 1
        assert "is no file of presidio-research's format" in found.stderr


def test_types_that_are_not_claimed_count_neither_way():
    text, score = "ada@example.com, 10.0.0.1, Ada", Score()
    spans = [Span(0, 15, ""), Span(17, 25, "ip"), Span(27, 30, "")]
    score.add(text, spans, masked_spans(MASK, text))
    assert (score.precision(), score.recall()) == (1.0, 1.0)


def test_what_is_missed_half_covered_or_masked_for_nothing_counts():
    score = Score()
    score.add("ada@example.com and 10.0.0.1", [Span(0, 15, "email")], [Span(0, 10, "email"), Span(20, 28, "ip")])
    assert (score.precision("email"), score.recall("email"), score.precision("ip")) == (1.0, 0.0, 0.0)
    assert score.precision() == 0.5


def test_a_leak_is_counted(monkeypatch):
    text = "I am ada@example.company."
    assert leaks(MASK, text, [7, 9, 20]) == 0
    monkeypatch.setattr("mainstem.models.guard.net.Net.opens", lambda net, text, at: len(text))
    assert leaks(MASK, text, [7, 9, 20]) > 0


def test_what_is_harmless_is_not_changed():
    assert len(HARMLESS) > 600
    assert [text for text in HARMLESS if masked_spans(MASK, text)] == []


@given(st.randoms(use_true_random=False))
def test_what_is_harmless_comes_as_it_is_however_it_is_cut(chance: random.Random):
    text = chance.choice(HARMLESS)
    masker, shown, at = Masker(MASK), "", 0
    while at < len(text):
        end = at + chance.choice((1, 2, 3, 5, 8, 100))
        shown, at = shown + masker.push(text[at:end]), end
    assert shown + masker.finish() == text
