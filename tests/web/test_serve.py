"""`mainstem serve` as a process: it says where it is, and ends its streams when it is told to go."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

import httpx
import pytest

from .. import forked
from ..waiting import eventually_without_a_loop

pytestmark = pytest.mark.real

SERVE = ("-m", "mainstem", "serve")
TALKING = "tests.web.graphs:talking"
HI = {"input": {"messages": [{"role": "user", "content": "hi"}]}}


@contextmanager
def process(*arguments, home):
    with forked.start(*SERVE, *arguments, "--port", "0", "--home", home) as running:
        try:
            found = re.search(r"http://\S+", running.stderr.readline())
            assert found, running.communicate()
            with httpx.Client(base_url=found[0], timeout=60, trust_env=False) as client:
                until_healthy(client)
                yield running, client
        finally:
            running.kill()


def until_healthy(client):
    def answer():
        with suppress(httpx.TransportError):
            return client.get("/health")

    return eventually_without_a_loop(answer)


def test_the_folders_that_are_named_are_read_before_anybody_asks(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "ferry.md").write_text("# The ferry\n\nThe ferry sails at seven.\n")

    def listed():
        collections = client.get("/documents").json()["collections"]
        return [each["document"] for collection in collections for each in collection["documents"]]

    with process("--docs", tmp_path / "docs", home=tmp_path / "home") as (_, client):
        assert eventually_without_a_loop(listed) == ["ferry.md"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_streams_with_their_last_event(number, tmp_path):
    with process(TALKING, home=tmp_path) as (running, client):
        run_id = client.post("/runs", json=HI).json()["run_id"]
        with client.stream("GET", f"/runs/{run_id}/events") as answer:
            lines = answer.iter_lines()
            while not next(lines).startswith("event: message.delta"):
                pass
            running.send_signal(number)
            rest = list(lines)  # the response is complete: a broken one would raise
        assert json.loads(rest[-2].removeprefix("data: "))["status"] == "stopped"
        assert running.wait(60) in (130, -number)


def test_an_address_that_is_taken_is_said_in_a_line(tmp_path):
    with process(TALKING, home=tmp_path) as (_, client):
        port = str(client.base_url.port)
        failed = forked.run(*SERVE, TALKING, "--port", port, "--home", tmp_path)
    assert failed.returncode == 1
    assert "Choose another --port" in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_a_graph_that_cannot_be_loaded_is_said_in_a_line(tmp_path):
    failed = forked.run(*SERVE, "nowhere:graph", "--port", "0", "--home", tmp_path)
    assert failed.returncode == 1
    assert "nowhere:graph cannot be loaded" in failed.stderr


def test_a_budget_that_cannot_be_held_is_said_in_a_line(tmp_path):
    environment = {**os.environ, "MAINSTEM_BUDGET": "1", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}
    command = (*SERVE, "--model", "openai:in-house", "--port", "0", "--home", tmp_path)
    failed = forked.run(*command, env=environment, cwd=tmp_path)
    assert failed.returncode == 1
    assert "MAINSTEM_PRICES" in failed.stderr
    assert "MAINSTEM_BUDGET_TOKENS" in failed.stderr


def test_help_pays_for_no_server():
    heavy = ("fastapi", "uvicorn", "starlette", "langgraph.graph")
    code = f"import sys, mainstem, mainstem.cli.app; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_a_uploaded_document_is_searched_beside_the_served_folder(tmp_path, docs):
    with process("--docs", docs, "--model", "extractive", home=tmp_path / "home") as (_, client):
        uploaded = client.post(
            "/documents", files={"files": ("ports.md", b"# Ports\n\nThe service listens on port 8080.\n")}
        )
        assert uploaded.status_code == 202
        for question, words in (
            ("Which port does the service listen on?", "8080"),
            ("When does the ferry sail?", "seven"),
        ):
            answer = client.post("/runs", json={"question": question}, headers={"Accept": "text/event-stream"})
            assert words in answer.text
