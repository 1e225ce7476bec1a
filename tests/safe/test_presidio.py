"""The how-to's function around Presidio's analyzer masks names, with a stand-in for the analyzer.

It takes and returns what `presidio-analyzer` 2.2.366 does. The analyzer itself was run in the same way by hand.
"""

import re
import sys
from itertools import accumulate
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from .test_policies import Saying, cut

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "policies.md"
NAMES = {"Ada Lovelace": "PERSON", "Charles Babbage": "PERSON", "London": "LOCATION", "Engine": "PERSON"}
TEXT = "Ada Lovelace met Charles Babbage in London. Was it Ada Lovelace? The Engine stood still."
MASKED = "[PERSON_1] met [PERSON_2] in [LOCATION_1]. Was it [PERSON_1]? The Engine stood still."
SECRET = ("Ada", "Lovelace", "Charles", "London")
ASKED: list[str] = []


class AnalyzerEngine:
    """Finds the names that it knows, and is not sure of one of them."""

    def __init__(self, *, nlp_engine: str) -> None:
        assert nlp_engine == "spacy"

    def analyze(self, text: str, language: str, entities: list[str]) -> list[Any]:
        assert language == "en"
        ASKED.append(text)
        return [
            SimpleNamespace(start=at.start(), end=at.end(), entity_type=kind, score=0.3 if name == "Engine" else 0.85)
            for name, kind in NAMES.items()
            for at in re.finditer(name, text)
            if kind in entities
        ]


class NlpEngineProvider:
    """Makes the engine that its configuration names."""

    def __init__(self, *, nlp_configuration: dict[str, Any]) -> None:
        self._made: str = nlp_configuration["nlp_engine_name"]
        assert nlp_configuration["models"][0].keys() == {"lang_code", "model_name"}

    def create_engine(self) -> str:
        return self._made


def guarded_as_told(pieces: list[str]) -> Any:
    """The model of the how-to, made by its own lines."""
    page = HOW_TO.read_text(encoding="utf-8")
    (lines,) = [block for block in re.findall(r"```py\n(.*?)```", page, re.DOTALL) if "presidio" in block]
    analyzer, engines = ModuleType("presidio_analyzer"), ModuleType("presidio_analyzer.nlp_engine")
    vars(analyzer)["AnalyzerEngine"], vars(engines)["NlpEngineProvider"] = AnalyzerEngine, NlpEngineProvider
    made: dict[str, Any] = {"model": Saying(pieces=pieces)}
    with pytest.MonkeyPatch.context() as patch:
        for module in (analyzer, engines):
            patch.setitem(sys.modules, module.__name__, module)
        exec(lines, made)
    return made["safe"]


@given(st.lists(st.integers(0, len(TEXT)), max_size=12))
@example(list(range(len(TEXT))))
def test_names_are_in_no_chunk(places: list[int]):
    chunks = [chunk.text for chunk in guarded_as_told(cut(TEXT, places)).stream("?")]
    assert "".join(chunks) == MASKED
    assert not any(name in shown for shown in accumulate(chunks) for name in SECRET)


def test_each_sentence_is_shown_when_it_has_ended_and_was_looked_at():
    ASKED.clear()
    shown = [chunk.text for chunk in guarded_as_told(list(TEXT)).stream("?") if chunk.text]
    assert shown == re.split(r"(?<=[.?] )", MASKED)
    assert re.split(r"(?<=[.?] )", TEXT) == ASKED
