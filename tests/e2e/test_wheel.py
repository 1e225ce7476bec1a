"""The wheel, installed elsewhere: it brings its agent along, and puts itself in nobody's way."""

import json
import os
import shutil
import subprocess
import sysconfig
import zipfile
from pathlib import Path

import pytest

from mainstem import events as e
from mainstem import laws
from mainstem.stream.extras import PACKAGES
from tests.conftest import ROOT

pytestmark = pytest.mark.real

ROOMS = ("graph", "nodes", "tools")
UNREACHABLE = ("offline", "dns", "connect", "resolve host", "network")


def run(*command, cwd, **more):
    outside = ("MAINSTEM_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_", "PYTHON", "VIRTUAL_ENV")
    env = {key: value for key, value in os.environ.items() if not key.startswith(outside)}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=120, **more
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    uv, out = shutil.which("uv"), tmp_path_factory.mktemp("wheel")
    if uv is None:
        pytest.skip("uv is not installed")
    command = (uv, "build", "--wheel", "--out-dir", out, ROOT)
    done = run(*command, "--offline", cwd=out)
    if done.returncode and "offline" in done.stderr.lower():
        done = run(*command, cwd=out)
    if done.returncode and any(word in done.stderr.lower() for word in UNREACHABLE):
        pytest.skip(f"the build tools are neither cached nor reachable: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment of its own with the wheel in it, and this environment's packages behind it."""
    home = tmp_path_factory.mktemp("environment") / "venv"
    done = run("uv", "venv", "--offline", "--python", Path(sysconfig.get_path("scripts")) / "python", home, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    python = home / "bin" / "python"
    done = run("uv", "pip", "install", "--offline", "--no-deps", "--python", python, wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    (packages,) = (home / "lib").glob("python*/site-packages")
    (packages / "behind.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory):
    """A function that makes an environment with the wheel, what some extras bring, and nothing else."""

    def made(extras=""):
        home = tmp_path_factory.mktemp("alone") / "venv"
        done = run(
            "uv", "venv", "--offline", "--python", Path(sysconfig.get_path("scripts")) / "python", home, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr
        command = ("uv", "pip", "install", "--python", home / "bin" / "python", "-c", ROOT / "requirements.lock")
        done = run(*command, "--offline", f"{wheel}{extras}", cwd=ROOT)
        if done.returncode:
            done = run(*command, f"{wheel}{extras}", cwd=ROOT)
        if done.returncode and any(word in done.stderr.lower() for word in UNREACHABLE):
            pytest.skip(f"the packages are neither cached nor reachable: {done.stderr.strip()[-200:]}")
        assert done.returncode == 0, done.stderr
        return home / "bin"

    return made


@pytest.fixture(scope="module")
def channel(alone):
    """An environment of `pip install mainstem`."""
    return alone()


def test_the_wheel_has_one_package_at_the_top(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"mainstem"}
    for room in ROOMS:
        assert any(name.startswith(f"mainstem/_agent/{room}/") for name in names)
    assert "mainstem/_agent/langgraph.json" in names
    assert any(name.startswith("mainstem/_agent/docs/") and name.endswith(".md") for name in names)
    assert "mainstem/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert any(name.endswith("/licenses/mainstem/web/page/vendor/LICENSES.txt") for name in names)


def test_it_is_the_wheel_that_runs(installed, tmp_path):
    look = "import mainstem, importlib.util as u; print(mainstem.__file__, [u.find_spec(r) for r in {!r}])"
    done = run(installed / "python", "-c", look.format(ROOMS), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed.parent))
    assert done.stdout.strip().endswith("[None, None, None]")


THEIRS = {
    "langgraph.json": json.dumps({"dependencies": ["."], "graphs": {"agent": "./graph/theirs.py:agent"}}),
    "graph/__init__.py": "",
    "graph/theirs.py": "from langgraph.graph import START, MessagesState, StateGraph\n"
    "from nodes.say import say\n"
    "agent = StateGraph(MessagesState).add_node(say).add_edge(START, 'say').compile()\n",
    "nodes/__init__.py": "",
    "nodes/say.py": "from langchain_core.messages import AIMessage\n"
    "from tools import WORDS\n"
    "async def say(state):\n"
    "    return {'messages': [AIMessage(f'{WORDS} {state[\"messages\"][-1].text}')]}\n",
    "tools/__init__.py": "WORDS = 'Their own words on'\n",
}


def test_in_a_folder_with_an_agent_that_agent_runs(installed, tmp_path):
    for name, text in THEIRS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    done = run(installed / "mainstem", "watch", "--input", "rivers", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    report = laws.check(lines)
    assert report.ok, report
    seen = [e.decode(line) for line in lines]
    assert [event.node for event in seen if isinstance(event, e.NodeStarted)] == ["say"]
    assert "".join(event.text for event in seen if isinstance(event, e.MessageDelta)) == "Their own words on rivers"


def test_in_an_empty_folder_the_bundled_agent_answers_from_the_bundled_docs(installed, tmp_path):
    question = "How do I resume a dropped stream?"
    done = run(installed / "mainstem", "ask", question, "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    report = laws.check(lines, answer_nodes=["call_model"])
    assert report.ok, report
    seen = [e.decode(line) for line in lines]
    assert seen[-1].status == "done"
    cited = {event.document for event in seen if isinstance(event, e.Citation)}
    assert any(document.endswith("/resume-a-stream.md") for document in cited)
    assert cited <= {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert [path.name for path in tmp_path.iterdir()] == [".mainstem"]


def test_what_the_thread_holds_is_what_was_streamed(installed, tmp_path):
    """A second process goes on with the thread of the first."""
    ask = (installed / "mainstem", "ask", "--thread", "t", "--format", "json")
    first = run(*ask, "How do I resume a dropped stream?", cwd=tmp_path)
    second = run(*ask, "What is 6*7?", cwd=tmp_path)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    look = (
        "import asyncio, json; from mainstem import Session\n"
        "async def look():\n"
        "    async with Session() as session:\n"
        "        messages = (await session.state('t')).values['messages']\n"
        "        print(json.dumps([{'id': m.id, 'type': m.type, 'content': m.content} for m in messages]))\n"
        "asyncio.run(look())\n"
    )
    done = run(installed / "python", "-c", look, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    messages = json.loads(done.stdout)
    assert [m["content"] for m in messages if m["type"] == "human"][1:] == ["What is 6*7?"]
    turn = [position for position, m in enumerate(messages) if m["type"] == "human"][1]
    for one, held in ((first, messages[:turn]), (second, messages)):
        report = laws.check(one.stdout.splitlines(), messages=held)
        assert report.ok, report
        assert report.laws[2].verdict == "held"


CHANNEL = ROOT / "tests" / "e2e" / "channel.py"


def test_without_extras_any_graph_is_watched_and_nothing_else_is_imported(channel, tmp_path):
    done = run(channel / "python", CHANNEL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["watched"], told["answered"]) == ("Words on rivers", "Words on lakes")
    of_extras = {package for packages in PACKAGES.values() for package in packages}
    assert of_extras & set(told["modules"]) <= {"httpx2", "websockets"}  # the SDK's and LangGraph's own


@pytest.mark.parametrize(
    ("code", "extra"),
    [
        ("from mainstem import web", "web"),
        ("import mainstem.web.protocols", "web"),
        ("from mainstem.notebook import show", "notebook"),
        ("from mainstem.stream import plot; plot.plot([])", "notebook"),
        ("from mainstem import SyncSession\nwith SyncSession(): pass", "agent"),
        ("import runpy; runpy.run_module('mainstem', run_name='__main__')", "cli"),
    ],
)
def test_without_an_extra_a_line_says_what_to_install(channel, tmp_path, code, extra):
    done = run(channel / "python", "-c", code, cwd=tmp_path)
    assert done.returncode == 1
    assert f"pip install 'mainstem[{extra}]'" in done.stderr.splitlines()[-1], done.stderr


def test_a_command_without_its_extra_is_one_line(channel, alone, tmp_path):
    done = run(channel / "mainstem", "--help", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "typer is not installed: pip install 'mainstem[cli]' brings it.\n"
    commands = alone("[cli]")
    for command, extra in ((("ask", "?"), "agent"), (("index", "."), "agent"), (("serve",), "web")):
        done = run(commands / "mainstem", *command, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith("failed: ")
        assert done.stderr.endswith(f"pip install 'mainstem[{extra}]' brings it.\n")
    watch = (commands / "mainstem", "watch", f"{CHANNEL}:graph", "--input", "seas", "--format", "text")
    done = run(*watch, cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "Words on seas"), done.stderr
