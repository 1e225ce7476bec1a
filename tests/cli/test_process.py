"""The commands as processes: what only a real one shows."""

import gc
import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from mainstem.stream import gc_tuning
from mainstem.stream.ndjson import read

from .. import forked
from ..waiting import eventually_without_a_loop

pytestmark = pytest.mark.real

GRAPHS = Path(__file__).parents[1] / "web" / "graphs.py"
INSTALLED = Path(sys.executable).with_name("mainstem")
MAINSTEM = ("-m", "mainstem")
HEAVY = ("langgraph", "langchain_core", "openai", "duckdb", "pydantic", "httpx", "rich.markdown")


def watch(graph, *args):
    return [*MAINSTEM, "watch", f"{GRAPHS}:{graph}", "--input", "hi", *args]


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(command, **more):
        process = forked.start(*command, cwd=tmp_path, **more)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def until(stream, wanted):
    """Read lines until one holds `wanted`."""
    for line in stream:
        if wanted in line:
            return line
    raise AssertionError(f"{wanted!r} never came")


def until_kept(path):
    """Wait for the first checkpoint: LangGraph writes it while the first node already runs."""

    def kept():
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT count(*) FROM checkpoints").fetchone()[0]

    eventually_without_a_loop(kept)


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['mainstem', '--help']\n"
        "from mainstem.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Usage: mainstem" in said
    assert said.splitlines()[-1] == "[]"


def test_garbage_is_put_off_for_the_start_alone():
    """Looking for garbage while LangGraph is imported was a third of the start of `mainstem ask`."""
    usual = gc.get_threshold()
    gc.unfreeze()  # what tests/conftest.py has left out
    try:
        gc_tuning.as_usual()
        assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, 0), "nothing was put off"
        gc_tuning.put_off()
        assert gc.get_threshold()[0] > usual[0]
        gc_tuning.as_usual()
        assert gc.get_threshold()[:2] == usual[:2]  # the third is what tests/conftest.py has made of it
        assert gc.get_freeze_count() > 0
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def test_every_command_has_help():
    from mainstem.cli.app import app

    assert {info.name for info in app.registered_commands} == {
        "ask", "chat", "index", "docs", "stats", "resume", "watch", "models", "check", "replay", "runs", "verify",
        "serve", "trust", "search", "summarise", "review", "approvals", "rollout", "mcp", "acp", "migrate",
    }  # fmt: skip


def test_version():
    from mainstem import __version__

    said = subprocess.run([sys.executable, *MAINSTEM, "--version"], capture_output=True, text=True, check=True).stdout
    assert said == f"mainstem {__version__}\n"


def test_json_stays_pure_although_the_graph_prints(start):
    process = start(watch("answer", "--format", "json"))
    said, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert [event.seq for event in read(said.splitlines())] == list(range(1, said.count("\n") + 1))
    assert told == "a graph that prints\n"


def test_json_comes_event_by_event_until_the_process_is_told_to_end(tmp_path):
    """By the command that is installed, and that imports all by itself."""
    command = [INSTALLED, "watch", f"{GRAPHS}:slow", "--input", "hi", "--format", "json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        until(process.stdout, '"type":"data"')  # long before the run ends: flushed
        process.send_signal(signal.SIGTERM)
        assert '"status":"stopped"' in until(process.stdout, "run.finished")
        assert process.wait(60) == 130


def test_ctrl_c_stops_the_run_and_leaves_a_usable_thread(start):
    process = start(watch("slow", "--thread", "t1"))
    until(process.stderr, "begun")
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
    again = start([*MAINSTEM, "watch", f"{GRAPHS}:answer", "--input", "and now", "--thread", "t1"])
    assert again.communicate(timeout=60)[0] == "You said: and now\n"


def test_a_second_ctrl_c_leaves_although_the_graph_blocks(start):
    process = start(watch("blocking"))
    until(process.stderr, "begun")
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130


def test_a_reader_that_leaves_stops_the_run_quietly(start):
    process = start(watch("talking", "--format", "json"))
    assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 130
    told = process.stderr.read()
    assert "Traceback" not in told
    assert "Exception" not in told


def test_after_a_crash_the_thread_goes_on(start, tmp_path):
    command = [*MAINSTEM, "watch", f"{GRAPHS}:fails_once", "--input", str(tmp_path / "marker"), "--thread", "t1"]
    process = start(command)
    until(process.stderr, "begun")
    until_kept(tmp_path / "home" / "threads.sqlite")
    process.kill()
    process.wait()
    again = start([*MAINSTEM, "resume", "t1", "--target", f"{GRAPHS}:fails_once"])
    assert again.communicate(timeout=60)[0] == "whole again\n"
    assert again.returncode == 0


def test_a_person_at_a_terminal_is_asked(start):
    ours, theirs = pty.openpty()
    process = start(watch("asking"), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = ""
    for answer in (b"a\n", b"r\n", b"too late\n", b""):
        said += heard(ours, until="? " if answer in (b"a\n", b"r\n") else ": " if answer else "thread")
        os.write(ours, answer)
    assert process.wait(60) == 0
    assert re.search(r"\[a\]pprove, \[r\]eject, \[e\]dit, \[s\]|re\[s\]pond", said)
    assert "decided: approve, reject" in said
    assert said.count("\x1b[?25l") == said.count("\x1b[?25h"), "the cursor stays hidden"


def heard(terminal, until, seconds=60.0):
    """What a terminal shows until its end is `until` (or holds it, for a word)."""
    said, deadline = "", time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                said += os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # Linux says so when the other end is closed
                return said
        elif said.endswith(until) or (until.isalpha() and until in said.rpartition("decided")[2]):
            return said
    raise AssertionError(f"{until!r} never came after {said!r}")
