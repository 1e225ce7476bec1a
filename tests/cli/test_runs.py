"""What was recorded, from the command line: `runs`, `replay`, `verify`."""

import json
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from .. import forked
from .commands import line, run

pytestmark = pytest.mark.usefixtures("prices_are_loaded", "elsewhere")


GRAPHS = Path(__file__).parents[1] / "web" / "graphs.py"


@pytest.fixture
def recorded():
    """The lines of a run that was shown and recorded."""
    result = run("watch", f"{GRAPHS}:answer", "--input", "hi", "--format", "json", "--thread", "t1", "--tag", "team=x")
    assert result.exit_code == 0
    return result.stdout.splitlines()


def run_id(lines):
    return json.loads(lines[0])["run_id"]


def journal(tmp_path):
    return closing(sqlite3.connect(tmp_path / "home" / "journal.sqlite", isolation_level=None))


# runs


def test_runs_lists_the_newest_first(recorded):
    run("watch", f"{GRAPHS}:failing", "--input", "hi")
    listed = run("runs").stdout.splitlines()
    assert len(listed) == 2
    assert re.search(r"  failed  \d+\.\d s  ", listed[0])
    assert listed[1].startswith(run_id(recorded))
    assert re.search(r"  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d  done  \d+\.\d s  t1  team=x$", listed[1])
    assert run("runs", "--limit", "1").stdout.splitlines() == listed[:1]


def test_runs_before_the_first_run_is_a_line():
    result = run("runs")
    assert (result.exit_code, "No run has been recorded" in line(result)) == (1, True)


def test_no_runs_at_all_cannot_be_asked_for():
    assert run("runs", "--limit", "0").exit_code == 2


# replay


def test_a_replay_is_what_was_shown_byte_for_byte(recorded):
    result = run("replay", run_id(recorded), "--format", "json", "--speed", "max")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == recorded


def test_a_replay_from_a_position(recorded):
    result = run("replay", run_id(recorded), "--format", "json", "--speed", "max", "--from", "3")
    assert result.stdout.splitlines() == recorded[2:]


def test_a_replay_from_behind_the_end_is_empty(recorded):
    result = run("replay", run_id(recorded), "--format", "json", "--speed", "max", "--from", "999")
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"has {len(recorded)} events: there is none from 999 on" in line(result)


def test_a_replay_as_text_is_the_answer(recorded):
    result = run("replay", run_id(recorded)[:8], "--format", "text", "--speed", "max")
    assert (result.exit_code, result.stdout) == (0, "You said: hi\n")


@pytest.mark.parametrize(
    ("graph", "said"), [("adding", "This run has no answer"), ("failing", "failed: ValueError: the disk is")]
)
def test_a_replay_without_an_answer_says_so(graph, said):
    given = '{"messages": [], "numbers": []}'
    watched = run("watch", f"{GRAPHS}:{graph}", "--input", given, "--format", "json")
    result = run("replay", run_id(watched.stdout.splitlines()), "--format", "text", "--speed", "max")
    assert (result.exit_code, result.stdout) == (0, "")
    assert said in line(result)


def test_a_replay_in_the_terminal(recorded):
    shown = run("replay", run_id(recorded), "--format", "live", "--speed", "max").stdout
    assert "✓ step" in shown
    assert "You said: hi" in shown


def test_a_replay_of_a_failure_is_no_failure_of_the_replay():
    watched = run("watch", f"{GRAPHS}:failing", "--input", "hi", "--format", "json")
    result = run("replay", run_id(watched.stdout.splitlines()), "--format", "json", "--speed", "max")
    assert result.exit_code == 0
    assert json.loads(result.stdout.splitlines()[-1])["status"] == "failed"


def test_a_replay_keeps_the_pace(tmp_path):
    (tmp_path / "slow.py").write_text(
        "import asyncio\n"
        "from langgraph.graph import START, MessagesState, StateGraph\n"
        "async def wait(state: MessagesState):\n"
        "    await asyncio.sleep(0.3)\n"
        "    return {}\n"
        "graph = StateGraph(MessagesState).add_node('wait', wait).add_edge(START, 'wait').compile()\n"
    )
    lines = run("watch", "./slow.py:graph", "--input", "hi", "--format", "json").stdout.splitlines()

    def seconds(speed):
        began = time.perf_counter()
        assert run("replay", run_id(lines), "--format", "json", "--speed", speed).stdout.splitlines() == lines
        return time.perf_counter() - began

    assert seconds("1") >= 0.3
    assert seconds("3") >= 0.1
    seconds("max")


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan", ""])
def test_a_speed_that_is_none_is_exit_2(recorded, speed):
    result = run("replay", run_id(recorded), "--speed", speed)
    assert (result.exit_code, "write a number above 0, or max" in line(result)) == (2, True)


@pytest.mark.parametrize("command", ["replay", "verify"])
def test_an_unknown_run_is_exit_1(recorded, command):
    result = run(command, "nosuchrun")
    assert (result.exit_code, "There is no run 'nosuchrun'" in line(result)) == (1, True)


@pytest.mark.parametrize("command", ["replay", "verify"])
def test_an_id_that_fits_several_runs_is_exit_1(recorded, command, tmp_path):
    with journal(tmp_path) as connection:
        connection.execute(_copy_of_the_run(connection), (run_id(recorded)[:4] + "x" * 28,))
    result = run(command, run_id(recorded)[:4])
    assert (result.exit_code, "Several runs begin with" in line(result)) == (1, True)


@pytest.mark.parametrize("command", ["replay", "verify"])
@pytest.mark.parametrize("given", ["", "*", "?", "[0-9a-f]", "%", "_", "' OR 1"])
def test_a_pattern_is_no_id(recorded, command, given):
    result = run(command, given)
    assert (result.exit_code, "`mainstem runs` lists them" in line(result)) == (1, True)


def test_a_whole_id_is_meant_although_another_begins_so(recorded, tmp_path):
    with journal(tmp_path) as connection:
        connection.execute(_copy_of_the_run(connection), (run_id(recorded) + "0",))
    assert run("verify", run_id(recorded)).exit_code == 0


def _copy_of_the_run(connection):
    columns = [row[1] for row in connection.execute("PRAGMA table_info(runs)") if row[1] != "run_id"]
    return f"INSERT INTO runs (run_id, {', '.join(columns)}) SELECT ?, {', '.join(columns)} FROM runs"


@pytest.mark.real
def test_a_replay_into_a_closed_pipe_is_no_traceback(recorded, tmp_path):
    replay = ("-m", "mainstem", "replay", run_id(recorded), "--format", "json", "--speed", "1")
    process = forked.start(*replay, cwd=tmp_path)
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait(60) in (0, 130)


# verify


def test_verify_says_that_a_run_is_as_it_was_written(recorded):
    result = run("verify", run_id(recorded)[:8])
    assert result.exit_code == 0
    assert result.stdout == f"{run_id(recorded)}: {len(recorded)} records, each as it was written.\n"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE events SET data = CAST(replace(CAST(data AS TEXT), 'You said', 'I say') AS BLOB)", "was changed"),
        ("DELETE FROM events WHERE seq = 3", "record 3 is missing"),
        ("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)", "is missing"),
    ],
)
def test_verify_names_what_was_done_to_a_record(recorded, tmp_path, damage, said):
    with journal(tmp_path) as connection:
        connection.execute(damage)
    result = run("verify", run_id(recorded))
    assert result.exit_code == 1
    assert said in result.stdout
    assert "each as it was written" not in result.stdout


def test_verify_names_the_very_record(recorded, tmp_path):
    changed = next(seq for seq, text in enumerate(recorded, 1) if "You said" in text)
    with journal(tmp_path) as connection:
        connection.execute("UPDATE events SET data = ? WHERE seq = ?", (b"{}", changed))
    assert run("verify", run_id(recorded)).stdout == f"record {changed} was changed\n"
