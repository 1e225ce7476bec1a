"""`mainstem watch --web`: somebody's graph in the page, served by a real process."""

import json
import re
import shutil
import signal
import socket
from pathlib import Path
from urllib.parse import unquote, urldefrag

import httpx
import pytest

from mainstem.stream.events import decode
from tests.waiting import PATIENCE, eventually_without_a_loop

from ... import forked

GRAPHS = Path(__file__).parents[1] / "graphs.py"

pytestmark = pytest.mark.real
MAINSTEM = ("-m", "mainstem")
CHAIN = """
from langchain_core.runnables import RunnableLambda

chain = RunnableLambda(lambda given: f"You said: {given}")
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(*args):
        process = forked.start(*MAINSTEM, "watch", *args, "--web", cwd=tmp_path, stdout=forked.DEVNULL)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def shown(process):
    """The address that it says, and the thread that this opens."""
    said = process.stderr.readline()
    found = re.fullmatch(r"Watch (\S+) at (http://127\.0\.0\.1:\d+/\S*) \(Ctrl-C stops it\)\n", said)
    assert found, said
    address, thread = urldefrag(found[2])
    return found[1], address, unquote(thread.removeprefix("/"))


def events(address, run_id):
    with httpx.stream("GET", f"{address}runs/{run_id}/events", timeout=PATIENCE) as stream:
        return [decode(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data: ")]


def asked(url, **options):
    return httpx.get(url, timeout=PATIENCE, **options)


def only_run(address):
    (run,) = asked(f"{address}runs").json()["runs"]
    return run


def by_file(folder):
    return "./graphs.py:answer"


def by_module(folder):
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").touch()
    shutil.copy(GRAPHS, folder / "package" / "theirs.py")
    return "package.theirs:answer"


def by_folder(folder):
    (folder / "langgraph.json").write_text(json.dumps({"graphs": {"theirs": "./graphs.py:answer"}}))


@pytest.mark.parametrize(
    ("form", "given"), [(by_file, "hi"), (by_module, "hi"), (by_folder, '{"messages": [["user", "hi"]]}')]
)
def test_a_graph_is_run_and_shown_in_the_page(start, tmp_path, form, given):
    shutil.copy(GRAPHS, tmp_path / "graphs.py")
    target = form(tmp_path)
    name, address, thread = shown(start(*([target] if target else []), "--input", given, "--tag", "team=x"))
    run = only_run(address)
    assert (run["thread_id"], run["tags"]) == (thread, {"team": "x"})
    seen = events(address, run["run_id"])
    assert (seen[0].graph, seen[-1].status) == (name, "done")
    told = asked(f"{address}threads/{thread}").json()
    assert [message["text"] for message in told["messages"]] == ["hi", "You said: hi"]
    page = asked(address)
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (200, "text/html")


def test_without_an_input_the_page_waits_for_one(start):
    _, address, thread = shown(start(f"{GRAPHS}:answer"))
    assert (thread, asked(f"{address}runs").json()["runs"]) == ("", [])
    started = httpx.post(f"{address}runs", json={"question": "hi"}, timeout=PATIENCE).json()
    assert events(address, started["run_id"])[-1].status == "done"


def test_a_chain_has_no_thread_to_open(start, tmp_path):
    (tmp_path / "chain.py").write_text(CHAIN)
    _, address, thread = shown(start("./chain.py:chain", "--input", "[1]"))
    assert thread == ""
    assert events(address, only_run(address)["run_id"])[-1].status == "done"


def test_a_thread_that_is_named_is_opened(start):
    _, _, thread = shown(start(f"{GRAPHS}:answer", "--input", "hi", "--thread", "a b&c"))
    assert thread == "a b&c"


def test_it_listens_on_this_machine_only(start):
    _, address, _ = shown(start(f"{GRAPHS}:answer"))
    assert asked(f"{address}health", headers={"host": "elsewhere.example"}).status_code == 421


def test_ctrl_c_ends_the_run_and_the_server(start, tmp_path):
    process = start(f"{GRAPHS}:slow", "--input", "hi")
    _, address, _ = shown(process)
    run = only_run(address)["run_id"]
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert process.stderr.read() == ""
    shown_again = forked.run(*MAINSTEM, "runs", cwd=tmp_path, check=True)
    assert re.search(rf"^{run}  .*  stopped  ", shown_again.stdout)


def test_the_browser_is_opened_when_asked_to(start, tmp_path, monkeypatch):
    browser, visited = tmp_path / "browser", tmp_path / "visited"
    browser.write_text(f'#!/bin/sh\necho "$1" > {visited}.new && mv {visited}.new {visited}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    _, address, _ = shown(start(f"{GRAPHS}:answer", "--open"))
    eventually_without_a_loop(visited.exists)
    assert visited.read_text() == f"{address}\n"


def test_a_port_of_ones_own(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(f"{GRAPHS}:answer", "--port", port)
        assert process.wait(60) == 1
        assert f"127.0.0.1:{port} cannot be listened on" in process.stderr.read()
    _, address, _ = shown(start(f"{GRAPHS}:answer", "--port", port))
    assert address == f"http://127.0.0.1:{port}/"


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("--format", "json"), 2, "--format is about the terminal"),
        (("--input", "{x"), 2, "--input is not JSON"),
        (("http://127.0.0.1:9",), 2, "extra argument"),
        (("--url", "http://127.0.0.1:9"), 2, "not both"),
    ],
)
def test_a_command_that_cannot_be_meant_is_one_line(start, args, code, said):
    process = start(f"{GRAPHS}:answer", *args)
    assert process.wait(60) == code
    assert said in process.stderr.read()


@pytest.mark.parametrize("option", [("--port", "0"), ("--open",)])
def test_options_of_the_page_need_the_page(tmp_path, option):
    done = forked.run(*MAINSTEM, "watch", f"{GRAPHS}:answer", "--input", "hi", *option, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "give --web too" in done.stderr
