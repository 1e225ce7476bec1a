"""What a shell completes, asked as the shell asks it."""

import shutil

import pytest

from mainstem import Settings
from mainstem.sessions.sync import SyncSession

from .commands import run


@pytest.fixture
def home(tmp_path, monkeypatch, indexed):
    """Two threads in the folder's home, and one in another; both have something to search."""
    monkeypatch.chdir(tmp_path)
    for folder in ("home", "other"):
        shutil.copytree(indexed[1], tmp_path / folder)
    for folder, thread in (("home", "abc-1"), ("home", "abd-2"), ("other", "far-3")):
        with SyncSession(Settings(home=tmp_path / folder, model="extractive")) as session:
            session.ask("Hello", thread=thread).result()
    return tmp_path


def completed(*words, shell="bash"):
    """The words that a shell offers for the last one."""
    asked = {"COMP_WORDS": " ".join(("mainstem", *words)), "COMP_CWORD": str(len(words))}
    if shell == "zsh":
        asked = {"_TYPER_COMPLETE_ARGS": " ".join(("mainstem", *words))}
    result = run(env={"_MAINSTEM_COMPLETE": f"complete_{shell}", **asked})
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


OFFERED = {
    ("threads", "show", "a"): ["abd-2", "abc-1"],
    ("threads", "export", "abc"): ["abc-1"],
    ("resume", "abd"): ["abd-2"],
    ("ask", "--thread", "ab"): ["abd-2", "abc-1"],
    ("threads", "show", "x"): [],
    ("threads", "show", "--home", "other", "f"): ["far-3"],
}


@pytest.mark.usefixtures("home")
def test_ids_of_threads_are_completed_with_their_titles():
    assert {words: completed(*words).split() for words in OFFERED} == OFFERED
    assert run("threads", "rename", "abc", "About the ferry").exit_code == 0
    assert "About the ferry" in completed("threads", "show", "abc", shell="zsh")


@pytest.mark.usefixtures("home")
def test_ids_of_runs_are_completed():
    (latest, *_) = run("runs").stdout.split()
    assert completed("replay", latest[:6]).split() == [latest]


def test_what_cannot_be_read_is_nothing_to_complete(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("MAINSTEM_JOURNAL_DAYS=many\nOPENAI_BASE_URL=http://127.0.0.1:1\n")
    assert completed("threads", "show", "a").split() == []
    assert not (tmp_path / "home").exists()
