"""Scripts: what they may say, and what is said of a bad one."""

import json
from pathlib import Path

import pytest

from mainstem.models.errors import ScriptError
from mainstem.models.scripted.script import Script, load_script, parse_script


def test_turns_are_lists_objects_or_words() -> None:
    script = parse_script(["Hi there.", [{"text": "a"}], {"when": "x", "steps": [{"end": True}]}], Script)
    assert [len(turn.steps) for turn in script.turns] == [1, 1, 1]
    assert script.turns[2].when == "x"
    assert parse_script({"turns": ["a"], "repeat": True}, Script).repeat


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([[{"text": "a"}, {"txet": "b"}]], r"turn 1, step 2: a step is one of text, words"),
        ([["a"]], r"turn 1, step 1: a step is one of"),
        (["ok", [{"words": "a", "dealy": 1}]], r"turn 2, step 1, words, dealy: Extra inputs"),
        ([[{"sleep": -1}]], r"turn 1, step 1, sleep, sleep: Input should be greater"),
        ([[{"usage": {"input_tokens": "many"}}]], r"turn 1, step 1, usage: .*whole number"),
        ({"truns": []}, r"turns: Field required"),
        (3, r"the script: "),
    ],
)
def test_a_mistake_is_one_line_with_its_place(value: object, place: str) -> None:
    with pytest.raises(ScriptError, match=f"^script: {place}") as caught:
        parse_script(value, Script)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text("[")
    with pytest.raises(ScriptError, match=r"bad\.json: not JSON"):
        load_script(path, Script)
    path.write_text(json.dumps(["fine"]))
    assert len(load_script(path, Script).turns) == 1
