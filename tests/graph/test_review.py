"""Reviews: findings as they come, what fails, and the same stream as any run."""

import os

import pytest

from mainstem import Session, Settings, events
from mainstem._bundled_agent import bundled_agent
from mainstem.sessions.agents import at
from mainstem.testing import ScriptedProvider
from nodes.review.files import portions, source_files
from nodes.review.findings import Finding, LineSplitter, parse

from ..watched import watched

REVIEW = at("./graph/review.py:review", bundled_agent())
BUG = '{"line": 2, "severity": "high", "message": "the file is never closed"}\n'
SMELL = '```json\n{"line": "1", "severity": "minor", "message": "a misleading name"}\n```\nThat is all.'


@pytest.fixture
def code(tmp_path):
    folder = tmp_path / "code"
    for name in ("a.py", "lib/b.js", "node_modules/c.js", ".hidden/d.py", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("def f():\n    open('x')\n")
    return folder


def session(home, provider, **more):
    more = {"model": "openai:m", "summary_parallel": 1, "retry_seconds": 0.0, "max_attempts": 2, **more}
    settings = Settings(home=home / "home", openai_base_url=provider.base_url, openai_api_key="k", **more)
    return Session(settings, agent=REVIEW)


def given(*paths):
    return {"messages": [{"role": "user", "content": "Review."}], "paths": [str(path) for path in paths]}


async def seen(tmp_path, turns, *paths, **more):
    async with ScriptedProvider(turns) as provider, session(tmp_path, provider, **more) as opened:
        run = opened.start(given(*paths), thread="t")
        return await watched(run, opened.source.graph, answer_nodes={"review"}), provider


async def test_findings_are_the_answer_in_the_order_of_arrival_and_parts_of_their_own(tmp_path, code):
    shown, provider = await seen(tmp_path, [[{"text": BUG}], [{"text": SMELL}]], code)
    assert shown.result.status == "done", shown.result.error
    assert shown.result.text.splitlines() == [
        f"{code}/a.py:2: high: the file is never closed",
        f"{code}/lib/b.js:1: low: a misleading name",
        "2 findings in 2 files.",
    ]
    parts = [event.data["finding"] for event in shown.of(events.Data) if event.mode == "custom"]
    assert [(part["line"], part["severity"]) for part in parts] == [(2, "high"), (1, "low")]
    assert [(event.done, event.total) for event in shown.of(events.Progress)][-1] == (2, 2)
    assert "1: def f():\n2:     open('x')" in provider.requests[0].json["messages"][-1]["content"]
    assert len(shown.of(events.MessageStarted)) == 1
    assert shown.result.usage["total_tokens"] > 0


async def test_what_an_attempt_has_found_is_not_said_again(tmp_path, code):
    broken = [{"text": BUG}, {"text": '{"line": 9'}, {"drop": ""}]
    shown, _ = await seen(tmp_path, [broken, [{"text": BUG + BUG.replace("2,", "1,")}]], code / "a.py")
    assert [line.split(":")[1] for line in shown.result.text.splitlines()[:-1]] == ["2", "1"]


async def test_a_file_that_cannot_be_reviewed_is_named(tmp_path, code):
    shown, _ = await seen(tmp_path, [[{"status": 400, "message": "no"}], [{"text": BUG}]], code)
    assert shown.result.status == "done"
    assert f"{code}/a.py could not be reviewed: " in shown.result.text
    assert shown.result.text.endswith("1 finding in 1 file.")


async def test_when_no_file_can_be_reviewed_the_run_fails(tmp_path, code):
    shown, _ = await seen(tmp_path, {"turns": [[{"status": 400}]], "repeat": True}, code)
    assert shown.result.status == "failed"
    assert "No file could be reviewed" in shown.result.error.message


async def test_it_needs_a_model(tmp_path, code):
    shown, provider = await seen(tmp_path, [], code, model="extractive")
    assert "needs a language model" in shown.result.error.message
    assert not provider.requests


async def test_it_needs_source_files(tmp_path, code):
    shown, _ = await seen(tmp_path, [], code / ".hidden" / "none")
    assert shown.result.status == "failed"
    assert "There is no source file in" in shown.result.error.message


def test_source_files_are_found_without_hidden_and_built_ones(code):
    assert [file.relative_to(code).as_posix() for file in source_files([code])] == ["a.py", "lib/b.js"]
    assert source_files([code / "notes.txt", code / "notes.txt"]) == [code / "notes.txt"]


def test_pipes_broken_links_and_links_that_lead_out_are_passed_over(code, tmp_path):
    (tmp_path / "id_rsa").write_text("a key")
    os.mkfifo(code / "pipe.py")
    (code / "gone.py").symlink_to(code / "nothing.py")
    (code / "out.py").symlink_to(tmp_path / "id_rsa")
    (code / "same.py").symlink_to(code / "a.py")
    assert [file.name for file in source_files([code])] == ["a.py", "b.js", "same.py"]


@pytest.mark.parametrize(("data", "why"), [(b"\x7fELF\0\0", "no text"), (b"x" * 400_001, "more than 400 kB")])
async def test_a_named_file_that_is_no_source_is_told_and_not_sent(tmp_path, code, data, why):
    (code / "tool").write_bytes(data)
    shown, provider = await seen(tmp_path, [[{"text": BUG}]], code / "tool", code / "a.py")
    assert shown.result.status == "done"
    assert f"{code}/tool could not be reviewed: it" in shown.result.text
    assert why in shown.result.text
    assert len(provider.requests) == 1


def test_a_long_file_is_cut_between_lines(tmp_path):
    (tmp_path / "a.py").write_text("".join(f"x{n} = {n}\n" for n in range(100)))
    found = portions(tmp_path / "a.py", 200)
    assert len(found) > 3
    assert "".join(found).splitlines() == [f"{n + 1}: x{n} = {n}" for n in range(100)]


@pytest.mark.parametrize(
    "line",
    [
        *("", "All is well.", "[]", '{"line": 1}', '{"message": "x"}', '{"line": true, "message": "x"}', "{"),
        '{"line": "²", "message": "x"}',
        f'{{"line": "{"9" * 5000}", "message": "x"}}',
        f'{{"line": {"[" * 100_000}{"]" * 100_000}}}',
    ],
    ids=range(10),
)
def test_what_is_no_finding(line):
    assert parse("a.py", line) is None


def test_a_finding():
    found = parse("a.py", ' - {"line": 3, "severity": "ERROR", "message": "two\\nlines"},')
    assert found == Finding("a.py", 3, "high", "two lines")
    assert str(found) == "a.py:3: high: two lines"


def test_lines_out_of_pieces():
    lines = LineSplitter()
    assert [line for piece in ("a", "b\nc", "\n", "d") for line in lines.add(piece)] == ["ab", "c"]
    assert (lines.last(), lines.last()) == (["d"], [])
