"""A call's arguments, edited at the terminal before it runs."""

import io

import pytest

from mainstem.cli import decide
from mainstem.cli.argument_editing import edited

ARGS = {"title": "Port", "line": 3, "tags": ["a"]}


@pytest.fixture(autouse=True)
def no_editor(monkeypatch):
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)


def editing(args, *said):
    """What became of the arguments, and what the person was asked and told."""
    answers, heard = iter(said), []

    def ask(question):
        heard.append(question)
        return next(answers)

    return edited(args, ask, heard.append), heard


def an_editor(folder, *lines):
    """A program that is called as an editor is, and does this to the file."""
    script = folder / "editor"
    script.write_text("\n".join(("#!/bin/sh", *lines)) + "\n")
    script.chmod(0o700)
    return str(script)


def test_enter_keeps_a_field_and_words_replace_it():
    args, heard = editing(ARGS, "8081", "", '["b"]')
    assert args == {"title": "8081", "line": 3, "tags": ["b"]}
    assert heard[1] == 'title ["Port"]: '


def test_what_was_no_text_stays_none_by_a_slip():
    args, heard = editing({"line": 3}, "three", "4")
    assert args == {"line": 4}
    assert "no JSON" in heard[2]


def test_arguments_of_a_call_without_any_are_asked_for_until_they_are_an_object():
    args, heard = editing({}, "nope", "[1]", '{"title": "y"}')
    assert args == {"title": "y"}
    assert sum("JSON object" in each for each in heard) == 2


@pytest.mark.real
def test_the_editor_gets_the_exact_arguments(tmp_path, monkeypatch):
    monkeypatch.setenv("EDITOR", an_editor(tmp_path, f'cp "$1" {tmp_path}/seen', """sed -i 's/Port/Door/' "$1" """))
    assert editing(ARGS)[0] == {**ARGS, "title": "Door"}
    assert '"title": "Port"' in (tmp_path / "seen").read_text()


@pytest.mark.real
def test_the_editor_opens_again_on_what_is_no_object_and_keeps_it(tmp_path, monkeypatch):
    once = f"""test -e {tmp_path}/been && sed -i 's/oops/{{}}/' "$1" || echo oops > "$1"; touch {tmp_path}/been"""
    monkeypatch.setenv("VISUAL", an_editor(tmp_path, once))
    args, heard = editing(ARGS, "")
    assert args == {}
    assert "no JSON object" in heard[0]


@pytest.mark.real
@pytest.mark.parametrize("editor", ["no-such-editor", "false", "'"])
def test_without_a_usable_editor_the_fields_are_asked_for(editor, monkeypatch):
    monkeypatch.setenv("EDITOR", editor)
    args, heard = editing({"title": "x"}, "y")
    assert args == {"title": "y"}
    assert "editor cannot be used" in heard[0]


def test_an_edit_is_decided_with_the_edited_call(monkeypatch):
    request = {
        "action_requests": [{"name": "save_note", "args": {"title": "x"}}],
        "review_configs": [{"action_name": "save_note", "allowed_decisions": ["edit"]}],
    }
    monkeypatch.setattr("sys.stdin", io.StringIO("e\ny\n"))
    decided = {"type": "edit", "edited_action": {"name": "save_note", "args": {"title": "y"}}}
    assert decide.decide({"i": request}) == {"i": {"decisions": [decided]}}
