"""`mainstem threads`: list, show, rename, delete, export, by id or its beginning."""

import json
import shutil

import pytest

from mainstem import Settings
from mainstem.sessions.sync import SyncSession

from .commands import line, run


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A home with two threads, that no test changes."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "ferry.md").write_text("# The ferry\n\nThe ferry sails every day at seven in the morning.\n")
    for thread, question in (("abc-1", "When does the ferry sail?"), ("abd-2", "Hello")):
        options = [
            "--docs",
            folder / "ferry.md",
            "--home",
            folder / "home",
            "--model",
            "extractive",
            "--thread",
            thread,
        ]
        assert run("ask", question, *options).exit_code == 0
    return folder


@pytest.fixture(autouse=True)
def home(asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(asked, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_threads_are_listed_and_found():
    listed = run("threads").stdout.splitlines()
    assert [entry.split()[0] for entry in listed] == ["abd-2", "abc-1"]
    assert [entry.split()[0] for entry in run("threads", "--search", "ferry seven").stdout.splitlines()] == ["abc-1"]
    assert [entry.split()[0] for entry in run("threads", "--limit", "1").stdout.splitlines()] == ["abd-2"]
    assert "No thread holds these words" in line(run("threads", "--search", "zeppelin"))


def test_a_thread_is_shown_by_the_beginning_of_its_id():
    shown = run("threads", "show", "abc")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("# When does the ferry sail?")
    assert "- [1] ferry.md" in shown.stdout


def test_the_other_branches_of_a_thread_are_named():
    with SyncSession(Settings(model="extractive")) as session:
        first = session.state("abd-2").values["messages"][0]
        session.ask("Good morning", thread="abd-2", checkpoint_id=session.fork("abd-2", first.id)).result()
    shown = run("threads", "show", "abd")
    assert shown.stdout.startswith("# Good morning")
    assert "On other branches: “Hello”." in line(shown)


@pytest.mark.parametrize(("begins", "said"), [("ab", "Several threads begin with 'ab'"), ("x", "no thread 'x'")])
@pytest.mark.parametrize("command", [("show",), ("rename", "Title"), ("delete", "--yes"), ("export",)])
def test_what_names_no_thread_or_several_is_a_line(command, begins, said):
    name, *rest = command
    result = run("threads", name, begins, *rest)
    assert result.exit_code == 1
    assert said in line(result)


def test_a_thread_is_renamed():
    assert "is called 'About the ferry'" in line(run("threads", "rename", "abc", "About the ferry"))
    assert "About the ferry" in run("threads").stdout
    assert "no title of its own" in line(run("threads", "rename", "abc", ""))
    assert "When does the ferry sail?" in run("threads").stdout


def test_a_thread_is_deleted_when_that_is_meant():
    assert run("threads", "delete", "abc", input="n\n").exit_code == 1
    assert "give --yes" in run("threads", "delete", "abc", input="").stderr.splitlines()[-1]
    assert "abc-1" in run("threads").stdout
    assert run("threads", "delete", "abc", input="y\n").exit_code == 0
    assert "was deleted" in line(run("threads", "delete", "abd", "--yes"))
    assert run("threads").stdout == ""


def test_a_thread_is_exported(home):
    assert run("threads", "export", "abc").stdout.startswith("# When does the ferry sail?")
    told = json.loads(run("threads", "export", "abc", "--format", "json").stdout)
    assert told["messages"][-1]["citations"][0]["document"] == "ferry.md"
    assert "Written to thread.md" in line(run("threads", "export", "abc", "--out", "thread.md"))
    assert (home / "thread.md").read_text().startswith("# When does the ferry sail?")
    missing = run("threads", "export", "abc", "--out", "nowhere/thread.md")
    assert (missing.exit_code, "cannot be written" in line(missing)) == (1, True)
    wrong = run("threads", "export", "abc", "--format", "pdf")
    assert (wrong.exit_code, "give markdown or json" in line(wrong)) == (2, True)


@pytest.mark.parametrize("command", [(), ("ask",), ("threads",), ("threads", "export")])
def test_a_short_h_helps(command):
    helped = run(*command, "-h")
    assert helped.exit_code == 0
    assert helped.stdout == run(*command, "--help").stdout
    assert "Usage" in helped.stdout
