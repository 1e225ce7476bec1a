"""`mainstem check`, over somebody's graph."""

import json
import re
import subprocess
import sys
import time
from xml.etree import ElementTree as ET

import pytest

from mainstem.settings import active, reread_environment
from mainstem.stream import laws
from mainstem.stream.events import MessageSuperseded

from .commands import line, run

pytestmark = pytest.mark.usefixtures("prices_are_loaded", "elsewhere")

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

WANTS_JSON = """
import json

from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph


async def ask(state: MessagesState):
    reply = await ChatOpenAI(model="any", max_retries=0).ainvoke(state["messages"])
    json.loads(reply.text)
    return {"messages": [reply]}


graph = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()
"""

IN_A_THREAD = """
import time

from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph


def ask(state: MessagesState):
    return {"messages": [ChatOpenAI(model="any", max_retries=0).invoke(state["messages"])]}


graph = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()
"""


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


@pytest.mark.real
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
    assert re.search(r"^early end +done +breaks .*3 Stream equals checkpoint", result.stdout, re.MULTILINE)
    shown = re.search(r"3 Stream equals checkpoint +broken: .*\n  with early end: (.*)\n", result.stdout)
    assert json.loads(shown[1]) == [{"words": "The answer is forty-two, "}, {"end": True}]
    assert re.search(r" 3 Stream equals checkpoint +1 held, 1 broken$", result.stdout, re.MULTILINE)


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
    reread_environment()
    assert active().openai_base_url is None  # as code that ran before in this process may have asked
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


# a graph that cannot be judged


def test_check_of_a_graph_that_fails_on_a_whole_answer_judges_nothing(tmp_path):
    report = tmp_path / "report.xml"
    result = run("check", graph(tmp_path, WANTS_JSON), "--only", "early end", "--junit", report)
    assert result.exit_code == 6, result.output
    first, *rest = result.stdout.splitlines()
    assert re.match(r"plain +failed +cannot be judged  \(JSONDecodeError: .+\)$", first)
    assert not any(re.search("held|holds|early end", each) for each in rest)
    assert "--plain FILE" in result.stdout
    [case] = ET.parse(report).iter("testcase")
    assert "JSONDecodeError" in str(case.find("error").get("message"))


def test_check_takes_the_users_own_plain_script(tmp_path):
    script = tmp_path / "plain.json"
    script.write_text(json.dumps([[{"text": '{"next": "end"}'}]]))
    target = graph(tmp_path, WANTS_JSON)
    result = run("check", target, "--plain", script, "--only", "plain", "--only", "CRLF", "--only", "bad request")
    assert result.exit_code == 0, result.output
    assert re.search(r"^plain +done +holds$", result.stdout, re.MULTILINE)
    assert re.search(r"^CRLF +done +holds$", result.stdout, re.MULTILINE)
    assert re.search(r"^bad request +failed +holds ", result.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "said"),
    [("{x", "--plain: "), ("[]", "no turn"), ('[[{"word": "misspelt"}]]', "turn 1, step 1"), (None, "cannot read")],
)
def test_check_says_what_is_wrong_with_a_plain_script(tmp_path, text, said):
    script = tmp_path / "plain.json"
    if text is not None:
        script.write_text(text)
    result = run("check", graph(tmp_path, DEAF), "--plain", script)
    assert result.exit_code in (1, 2)
    assert said in line(result)


# whose doing it is


def test_check_tells_what_is_the_graphs_from_what_is_mainstems(tmp_path, monkeypatch):
    judge = laws.check
    monkeypatch.setattr(laws, "check", lambda events, **more: judge(events[:-1], **more))  # a planted break: no end
    result = run("check", graph(tmp_path, DEAF), "--only", "stall", "--patience", "0.3")
    assert result.exit_code == 1
    graphs, ours = result.stdout.split("\nOf Mainstem, ")
    assert re.search(r"^Of the graph:\n\nremark: it still waited for a silent model after 0.3 s", graphs, re.MULTILINE)
    assert "1 End" in ours
    assert "1 End" not in graphs.partition("Of the graph:")[2]
    assert "remark" not in ours


def test_check_of_what_cannot_be_stopped_is_the_graphs(tmp_path):
    result = run("check", graph(tmp_path, IN_A_THREAD), "--only", "stopped")
    assert result.exit_code == 1
    assert re.search(r"^Of the graph:\n\n9 Stop means stop +broken: .* node 'ask'", result.stdout, re.MULTILINE)
    assert "Of Mainstem" not in result.stdout


# for other programs


def test_check_writes_json_and_junit(tmp_path, monkeypatch):
    judge = laws.check

    def endless(events, **more):
        """A planted break, in one trial: the end is lost."""
        return (
            judge(events[:-1], **more | {"replay": None}) if events[-1].status == "truncated" else judge(events, **more)
        )

    monkeypatch.setattr(laws, "check", endless)
    only = [part for name in ("plain", "early end", "stall") for part in ("--only", name)]
    report = tmp_path / "report.xml"
    target = graph(tmp_path, DEAF)
    result = run("check", target, *only, "--patience", "0.3", "--format", "json", "--junit", report)
    assert result.exit_code == 1
    told = {one["name"]: one for one in map(json.loads, result.stdout.splitlines())}
    assert list(told) == ["plain", "stall", "early end"]
    assert (told["plain"]["status"], told["plain"]["judged"], told["plain"]["findings"]) == ("done", True, [])
    assert [law["number"] for law in told["plain"]["laws"]] == list(range(1, 12))
    assert [(one["about"], one["law"]) for one in told["early end"]["findings"]] == [("mainstem", 1)]
    assert [(one["about"], one["law"]) for one in told["stall"]["findings"]] == [("graph", None)]
    assert told["early end"]["script"]["steps"][-1] == {"end": True}

    [suite] = ET.parse(report).iter("testsuite")
    assert {key: suite.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "0",
    }
    cases = {case.get("name"): case for case in suite}
    assert {case.get("classname") for case in suite} == {target}
    assert [len(case) for case in cases.values()] == [0, 1, 1]
    assert cases["early end"].find("failure").get("message") == "of Mainstem: 1 End: there is no run.finished"
    assert "silent model" in str(cases["stall"].find("system-out").text)


def test_check_that_cannot_write_its_report_says_so(tmp_path):
    result = run("check", graph(tmp_path, DEAF), "--only", "plain", "--junit", tmp_path / "nowhere" / "report.xml")
    assert result.exit_code == 1
    assert "report.xml: it cannot be written (No such file or directory)." in line(result)
