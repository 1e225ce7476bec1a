"""What was recorded, from the command line: `runs`, `replay`, `verify`; and `check`, over somebody's graph."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from langchain_core.messages.ai import UsageMetadata
from langchain_openai import ChatOpenAI
from typer.testing import CliRunner

from mainstem.cli import app as commands
from mainstem.stream import laws
from mainstem.stream.events import MessageSuperseded
from mainstem.stream.prices import price

GRAPHS = Path(__file__).with_name("graphs.py")

AGENT = """
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

agent = create_agent(ChatOpenAI(model="any"), [])
"""

UNMARKED = """
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph


async def ask(state: MessagesState):
    try:
        reply = await ChatOpenAI(model="any").ainvoke(state["messages"])
        if "finish_reason" not in reply.response_metadata:
            raise ValueError("half an answer")
    except ValueError:
        reply = await ChatOpenAI(model="any").ainvoke(state["messages"])
    return {"messages": [reply]}


graph = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()
"""

SILENT = """
from langgraph.graph import START, MessagesState, StateGraph


def say(state: MessagesState):
    return {"messages": [("ai", "x")]}


graph = StateGraph(MessagesState).add_node("say", say).add_edge(START, "say").compile()
"""

DEAF = """
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph


async def ask(state: MessagesState):
    return {"messages": [await ChatOpenAI(model="any", max_retries=0).ainvoke(state["messages"])]}


graph = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()
"""


@pytest.fixture(autouse=True, scope="module")
def _prices_are_loaded():
    # the first run of a process that ends at once waits for the price list, in the event loop; and the first client
    # imports there what it needs, which a graph that makes its model in a node would be stopped for
    ChatOpenAI(model="any", api_key="any")
    price("any", None, UsageMetadata(input_tokens=0, output_tokens=0, total_tokens=0))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*args, **more):
    return CliRunner().invoke(commands.app, [str(arg) for arg in args], **more)


def line(result):
    """The one line on stderr."""
    assert "Traceback" not in result.output
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


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
        "    await asyncio.sleep(0.6)\n"
        "    return {}\n"
        "graph = StateGraph(MessagesState).add_node('wait', wait).add_edge(START, 'wait').compile()\n"
    )
    lines = run("watch", "./slow.py:graph", "--input", "hi", "--format", "json").stdout.splitlines()

    def seconds(speed):
        began = time.perf_counter()
        assert run("replay", run_id(lines), "--format", "json", "--speed", speed).stdout.splitlines() == lines
        return time.perf_counter() - began

    assert seconds("1") >= 0.6
    assert seconds("3") >= 0.2
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


def test_a_replay_into_a_closed_pipe_is_no_traceback(recorded, tmp_path):
    replay = [sys.executable, "-m", "mainstem", "replay", run_id(recorded), "--format", "json", "--speed", "1"]
    process = subprocess.Popen(replay, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
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


# check


def graph(tmp_path, text):
    (tmp_path / "theirs.py").write_text(text)
    return "./theirs.py:graph"


def test_check_lists_the_laws_of_a_graph_that_holds(tmp_path):
    (tmp_path / "agent.py").write_text(AGENT)
    result = run("check", "./agent.py:agent", "--only", "plain", "--only", "early end")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["plain", "done", "holds"]
    assert lines[1].split() == ["early", "end", "truncated", "holds"]
    assert lines[0].index("done") == lines[1].index("truncated")
    laws = [each for each in lines if re.match(r" ?\d+ ", each)]
    assert len(laws) == 11
    assert laws[0].split() == ["1", "End", "2", "held"]
    assert laws[7].split() == ["8", "Masked", "is", "masked", "2", "not", "checkable"]


def test_check_takes_the_graph_of_the_folder(tmp_path):
    (tmp_path / "agent.py").write_text(AGENT)
    (tmp_path / "langgraph.json").write_text(json.dumps({"graphs": {"agent": "./agent.py:agent"}}))
    assert run("check", "--only", "plain").exit_code == 0


def test_check_as_ci_runs_it(tmp_path):
    (tmp_path / "agent.py").write_text(AGENT)
    check = [sys.executable, "-m", "mainstem", "check", "./agent.py:agent", "--only", "drop mid-token"]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"drop mid-token +failed +holds  \(.+\)\n", done.stdout)


def test_check_shows_the_law_that_breaks_and_its_script(tmp_path, monkeypatch):
    judge = laws.check

    def deaf(events, **more):
        """A planted break: what replaced another message is not told."""
        return judge([event for event in events if not isinstance(event, MessageSuperseded)], **more)

    monkeypatch.setattr(laws, "check", deaf)
    result = run("check", graph(tmp_path, UNMARKED), "--only", "plain", "--only", "early end")
    assert result.exit_code == 1
    assert re.search(r"^plain +done +holds$", result.stdout, re.MULTILINE)
    assert re.search(r"^early end +done +breaks .*4 Once", result.stdout, re.MULTILINE)
    shown = re.search(r"4 Once +broken: .*\n  with early end: (.*)\n", result.stdout)
    assert json.loads(shown[1]) == [{"words": "The answer is forty-two, "}, {"end": True}]
    assert re.search(r" 4 Once +1 held, 1 broken$", result.stdout, re.MULTILINE)


def test_check_judges_the_answer_nodes(tmp_path):
    target = graph(tmp_path, DEAF)
    held = run("check", target, "--only", "plain", "--answer-node", "ask")
    assert held.exit_code == 0, held.output
    assert re.search(r"^ 5 Only the answer +1 held$", held.stdout, re.MULTILINE)
    other = run("check", target, "--only", "plain", "--answer-node", "other")
    assert other.exit_code == 0  # words that nobody may take for the answer


def test_check_takes_the_answer_nodes_of_the_graphs_metadata(tmp_path):
    text = DEAF.replace(".compile()", '.compile().with_config({"metadata": {"mainstem_answer_nodes": ["ask"]}})')
    held = run("check", graph(tmp_path, text), "--only", "plain")
    assert re.search(r"^ 5 Only the answer +1 held$", held.stdout, re.MULTILINE)


def test_check_of_the_bundled_agent_judges_what_is_the_answer():
    bundled = run("check", "--only", "plain")
    assert re.search(r"^ 5 Only the answer +1 held$", bundled.stdout, re.MULTILINE), bundled.output


def test_check_stops_what_hangs(tmp_path):
    began = time.perf_counter()
    result = run("check", graph(tmp_path, DEAF), "--only", "stall", "--patience", "0.3")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("stall                  stopped      holds\n")
    assert time.perf_counter() - began < 60


def test_check_of_a_graph_that_asks_nobody_is_one_line(tmp_path):
    result = run("check", graph(tmp_path, SILENT), "--only", "plain")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "made no request to the scripted provider" in line(result)
    assert "OPENAI_BASE_URL" in line(result)


def test_check_makes_the_graph_of_a_factory_with_its_context(tmp_path):
    text = DEAF.replace("graph = ", "built = ").replace("(MessagesState).", "(MessagesState, context_schema=Team).")
    text = "from dataclasses import dataclass\n\n\n@dataclass\nclass Team:\n    name: str = 'x'\n\n\n" + text
    target = graph(tmp_path, text + "\n\nasync def graph(config):\n    return built\n")
    held = run("check", target, "--only", "plain", "--context", '{"name": "red"}')
    assert held.exit_code == 0, held.output
    assert re.search("no 'nam'", run("check", target, "--only", "plain", "--context", '{"nam": "red"}').stderr)


def test_check_tells_a_bad_input_for_what_it_is(tmp_path):
    text = DEAF.replace("    return", "    state['topic']\n    return")
    result = run("check", graph(tmp_path, text), "--only", "plain")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "failed before it asked its model: KeyError: 'topic'" in line(result)
    assert "--input" in line(result)


def test_check_leaves_the_environment_as_it_was(tmp_path, monkeypatch):
    import os

    monkeypatch.setenv("OPENAI_API_KEY", "mine")
    run("check", graph(tmp_path, SILENT), "--only", "plain")
    assert os.environ["OPENAI_API_KEY"] == "mine"
    assert "OPENAI_BASE_URL" not in os.environ


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("./theirs.py:graph", "--only", "nonsense"), 2, "there is no such fault. The faults are: plain, stopped"),
        (("./theirs.py:graph", "--input", "{x"), 2, "--input is not JSON"),
        (("http://127.0.0.1:9",), 2, "check it where its code is"),
        (("./nowhere.py:graph",), 1, "there is no file"),
        (("./theirs.py:nothing",), 1, "has no attribute 'nothing'"),
    ],
)
def test_check_that_cannot_begin_is_one_line(tmp_path, args, code, said):
    graph(tmp_path, SILENT)
    result = run("check", *args)
    assert result.exit_code == code
    assert said in line(result)
