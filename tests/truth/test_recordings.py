"""The transcripts benchmark, as a person runs it."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.conftest import ROOT

from .. import forked

pytestmark = pytest.mark.real

CHUNK = {"id": "c", "object": "chat.completion.chunk", "model": "m"}


def replayed(folder: Path) -> CompletedProcess[str]:
    return forked.run("benchmarks/transcripts.py", folder, cwd=ROOT, timeout=120)


def write(folder, index, expected, **files):
    (folder / "index.jsonl").write_text("\n".join(index))
    (folder / "expected.jsonl").write_text("\n".join(expected))
    for name, payloads in files.items():
        (folder / f"{name}.sse").write_text("".join(f"data: {json.dumps(one)}\n\n" for one in payloads))


def row(name, kind="chat"):
    return json.dumps({"file": f"{name}.sse", "kind": kind})


def expecting(name, **choice):
    known = {"index": 0, "finish_reason": "stop", "content": "Hello", "refusal": None, "tool_calls": []}
    return json.dumps({"file": f"{name}.sse", "choices": [known | choice], "usage": None, "error": None})


HELLO = [{**CHUNK, "choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]}]


def test_every_recording_we_have_is_equal(shared):
    done = replayed(shared / "sse-transcripts")
    assert done.stderr == ""
    assert done.returncode == 0
    last = done.stdout.splitlines()[-1]
    equal, total = int(last.split()[1]), int(last.split()[3])
    assert last == f"equal {equal} of {total}"
    assert equal == total >= 100
    assert ", 0 crashed" in done.stdout


def test_a_difference_is_printed_and_counted(tmp_path):
    write(tmp_path, [row("a"), row("b")], [expecting("a"), expecting("b", content="Bye")], a=HELLO, b=HELLO)
    done = replayed(tmp_path)
    assert done.stdout.splitlines()[-1] == "equal 1 of 2"
    assert 'b.sse: DIFFERS content: ours "Hello", expected "Bye"' in done.stdout
    assert done.returncode == 1


def test_a_bad_folder_is_survived(tmp_path):
    index = ["nonsense", "[1]", '{"file": 3}', row("a"), row("gone", "responses"), row("empty", "odd")]
    write(tmp_path, index, ["{", expecting("a"), '{"file": "a.sse", "choices": "x"}'], a=HELLO, empty=[])
    done = replayed(tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "equal 1 of 2"
    assert "index.jsonl, line 1: no JSON" in done.stdout
    assert "gone.sse: DIFFERS FileNotFoundError" in done.stdout


def test_calls_that_share_an_index_are_justified_by_what_is_in_them(tmp_path):
    def sent(identity):
        return {"index": 0, "id": identity, "type": "function", "function": {"name": "f", "arguments": "{}"}}

    chunks = [{**CHUNK, "choices": [{"index": 0, "delta": {"tool_calls": [sent(one)]}}]} for one in ("x", "y")]
    chunks.append({**CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    glued = [{"id": "xy", "name": "ff", "arguments": "{}{}"}]
    expected = expecting("a", content="", finish_reason="tool_calls", tool_calls=glued)
    write(tmp_path, [row("a")], [expected], a=chunks)
    done = replayed(tmp_path)
    assert done.stdout.splitlines()[-1] == "equal 1 of 1"
    assert "a.sse: justified tool_calls" in done.stdout
