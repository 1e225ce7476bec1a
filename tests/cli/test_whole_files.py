"""`mainstem summarise` and `mainstem review`, in this process."""

import json

import pytest

from mainstem.testing import ThreadedProvider

from .test_commands import line, run

FERRY = (
    "The ferry sails from the north harbour every morning at seven. A ticket costs twelve crowns for grown people.\n"
)
BOATS = "Each boat is hauled out once a year and its hull is painted in red. The yard is closed in the winter months.\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "ferry.md").write_text(f"# The ferry\n\n{FERRY}")
    (tmp_path / "papers" / "boats.md").write_text(f"# Boats\n\n{BOATS}")
    (tmp_path / "a.py").write_text("def f():\n    open('x')\n")


def test_files_are_summarised_with_their_sources():
    result = run("summarise", "papers", "--format", "text")
    assert result.exit_code == 0, result.output
    assert "- The ferry sails from the north harbour every morning at seven. [" in result.stdout
    assert "- Each boat is hauled out once a year" in result.stdout
    assert "ferry.md, line" in result.stderr
    assert "boats.md, line" in result.stderr


def test_a_summary_about_something():
    result = run("summarise", "papers", "--about", "ferry tickets", "--format", "text")
    assert "A ticket costs twelve crowns" in result.stdout
    assert "hull" not in result.stdout


def test_what_is_not_there_is_told():
    assert "no such file" in line(run("summarise", "nothing"))
    assert run("summarise", "nothing").exit_code == 2
    assert run("review", "nothing").exit_code == 2


def test_a_review_needs_a_model():
    result = run("review", "a.py")
    assert result.exit_code == 1
    assert "A review needs a language model" in line(result)
    assert result.stdout == ""


def test_findings_are_lines_and_events(monkeypatch):
    finding = json.dumps({"line": 2, "severity": "high", "message": "the file is never closed"})
    with ThreadedProvider([[{"text": finding}]] * 2) as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        result = run("review", "a.py", "--model", "openai:m", "--format", "text")
        assert result.stdout == "a.py:2: high: the file is never closed\n1 finding in 1 file.\n"
        assert result.exit_code == 0
        result = run("review", "a.py", "--model", "openai:m", "--format", "json")
    events = [json.loads(each) for each in result.stdout.splitlines()]
    (told,) = [event["data"]["finding"] for event in events if event["type"] == "data"]
    assert told == {"file": "a.py", "line": 2, "severity": "high", "message": "the file is never closed"}
    assert events[-1]["status"] == "done"
