"""`mainstem chat`: questions in one thread, and what can be typed beside them."""

from types import SimpleNamespace

import pytest

from mainstem.cli.chat_commands import ChatThread

from .commands import run


@pytest.fixture(autouse=True)
def ferry(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ferry.md").write_text("# The ferry\n\nThe ferry sails every day at seven in the morning.\n")


def chatted(*lines, **more):
    options = [part for key, value in more.items() for part in (f"--{key}", value)]
    return run("chat", "--docs", "ferry.md", "--thread", "t1", *options, input="".join(f"{line}\n" for line in lines))


def test_help_names_every_command_and_quit_leaves():
    result = chatted("/help", "/quit", "When does the ferry sail?")
    assert (result.exit_code, result.stdout) == (0, "")
    for command in ("/help", "/docs", "/model", "/edit", "/retry", "/quit"):
        assert f"\n  {command}" in f"\n{result.stderr}"


def test_an_unknown_command_is_a_line_and_a_path_is_a_question():
    result = chatted("/frobnicate", "/etc/hosts is what?")
    assert result.exit_code == 0
    assert result.stderr.splitlines()[0] == "There is no command /frobnicate: /help lists them."
    assert result.stdout, "the path was asked"


def test_docs_lists_what_is_indexed(tmp_path):
    (tmp_path / "harbours.csv").write_text("harbour,boats\nSouth,12\nNorth,30\n")
    (tmp_path / "empty.md").touch()
    asked = "/docs\nWhen does the ferry sail?\n/docs\n"
    result = run("chat", "--docs", ".", input=asked)
    assert "Nothing is indexed yet" in result.stderr.splitlines()[0]
    for line in ("ferry.md  1 passage", "harbours  2 rows", "empty.md  not read: it is empty"):
        assert line in result.stderr


def test_the_model_is_told_and_changed(tmp_path):
    (tmp_path / "script.json").write_text('[[{"words": "I play a script."}]]')
    result = chatted("/model", "/model nonsense", "/model scripted:script.json", "Who are you?")
    told = result.stderr.splitlines()
    assert told[0] == "extractive answers (quoted, no model)."
    assert "There is no model 'nonsense'" in told[2]
    assert told[3] == "scripted:script.json answers."
    assert result.stdout == "I play a script.\n"


def test_the_last_question_is_asked_again_in_its_place():
    other = "When does the ferry sail in the morning?"
    result = chatted("/retry", "When does the ferry sail?", "/retry", f"/edit {other}", "/edit")
    told = result.stderr.splitlines()
    assert told[0] == "Nothing was asked yet."
    assert told[-1] == "Write the question behind /edit."
    assert result.stdout.count("seven in the morning") == 3
    shown = run("threads", "show", "t1").stdout
    assert shown.count("\n## ") == 1, "each took the place of the one before"
    assert other in shown


def test_ctrl_c_at_edit_leaves_the_question_as_it_is(monkeypatch, capsys):
    def taken_back(before):
        raise KeyboardInterrupt

    thread = ChatThread(SimpleNamespace(session=None), "t1", {}, taken_back)
    monkeypatch.setattr(thread, "_last", lambda: SimpleNamespace(text="When?"))
    assert thread.take("/edit") is None
    assert capsys.readouterr().err.split("\n")[-2] == "The question is empty, and the one before stays."
