"""Real servers, one process each a test session, on loopback."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.ports import free_port

STARTS_WITHIN = 90.0
"""Seconds that a server is given to start, on a busy machine."""

GIVEN = os.environ.get("MAINSTEM_E2E_URL"), os.environ.get("MAINSTEM_E2E_HOME")
"""A server of somebody else's that serves our langgraph.json, and its MAINSTEM_HOME; read before tests remove them."""


@dataclass(frozen=True)
class Server:
    """A LangGraph server."""

    url: str
    home: Path
    """Its MAINSTEM_HOME."""


@contextlib.contextmanager
def dev_server(folder, scratch, **settings):
    """`langgraph dev` on the langgraph.json of `folder`, with these variables."""
    command = Path(sys.executable).with_name("langgraph")
    if not command.exists():
        pytest.skip("langgraph-cli is not installed (group dev)")
    outside = ("MAINSTEM_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_")
    env = {key: value for key, value in os.environ.items() if not key.startswith(outside)}
    env |= {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGGRAPH_NO_VERSION_CHECK": "1"}
    env |= {"MAINSTEM_HOME": str(scratch / "home"), **settings}
    port, log = free_port(), scratch / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [command, "dev", "--no-browser", "--no-reload", "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}", log)
        yield Server(f"http://127.0.0.1:{port}", scratch / "home")
    finally:
        _end(process)


def _wait(process, url, log):
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended:\n{log.read_text()[-4000:]}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/ok", timeout=5).is_success:
                return
        time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-4000:]}")


def _end(process):
    """End the server and what it started: its process group is its own."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return


@pytest.fixture(scope="session")
def our_server(tmp_path_factory):
    """The repository's own langgraph.json, served: by the server that the environment names, else by one of our own."""
    url, home = GIVEN
    if url:
        assert home, "MAINSTEM_E2E_URL needs MAINSTEM_E2E_HOME: the MAINSTEM_HOME of that server"
        yield Server(url, Path(home))
        return
    with dev_server(ROOT, tmp_path_factory.mktemp("our_server")) as server:
        yield server


FOREIGN = '''
import asyncio
import importlib

from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.config import get_stream_writer
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from mainstem.models.scripted.model import ScriptedModel


@tool
async def weather(city: str) -> str:
    """The weather in a city."""
    if city == "Atlantis":
        await asyncio.sleep(60)
    return f"Rain in {city}."


def call(identity, city):
    return {"tool_call": {"name": "weather", "args": {"city": city}, "id": identity}}


looks = {"when": "weather", "steps": [{"text": "Let me look."}, call("c1", "Oslo"), call("c2", "Rome")]}
says = {"when": "weather", "steps": [{"words": "It rains in both."}]}
waits = {"when": "Atlantis", "steps": [call("c3", "Oslo"), call("c4", "Atlantis")]}
turns = [looks, says, waits, {"when": "else", "steps": [{"words": "Something else."}]}]
agent = create_agent(ScriptedModel(turns=turns, repeat=True), [weather])


async def ask(state: MessagesState):
    get_stream_writer()({"asking": True})
    return {"messages": [AIMessage(f"You said {interrupt('Which one?')}.")]}


inner = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()
nested = StateGraph(MessagesState).add_node("inner", inner).add_edge(START, "inner").compile()


def reply(state: MessagesState):
    return {"messages": [("ai", "It left on Monday."), {"role": "assistant", "content": "By train."}]}


pair = StateGraph(MessagesState).add_node("reply", reply).add_edge(START, "reply").compile()
parcel = StateGraph(MessagesState).add_node("pair", pair).add_edge(START, "pair").compile()


async def rooms(state: MessagesState):
    names = ("graph.agent", "nodes", "tools", "mainstem")
    found = await asyncio.to_thread(lambda: {name: importlib.import_module(name).__file__ for name in names})
    get_stream_writer()(found)
    return {}


probe = StateGraph(MessagesState).add_node("rooms", rooms).add_edge(START, "rooms").compile()
'''

DOOR = """
from fastapi import FastAPI
from langgraph.pregel.remote import RemoteGraph
from langgraph_sdk import get_client

from mainstem import Session, web

manager = web.RunManager(Session(graph=RemoteGraph("agent", client=get_client())))
app = FastAPI(lifespan=lambda _: manager)
app.mount("/mainstem", web.app(manager=manager))
"""


OURS = "from graph.agent import agent as ours"

SCRIPT = {
    "turns": [
        {"when": "rivals", "steps": [{"words": "We make them. So does Hyperglot Ltd, they say."}]},
        {"when": "at length", "steps": [{"words": "and on " * 30_000}]},
        {"when": "friends", "steps": [{"words": "We make them. So does Wavecraft, they say."}]},
        {"when": "else", "steps": [{"words": "Something else."}]},
    ],
    "repeat": True,
}
POLICIES = [
    {"name": "rival", "words": ["Hyperglot Ltd"], "says": "I do not speak of others."},
    {"name": "friend", "words": ["Wavecraft"], "action": "review"},
    {"name": "asked", "words": ["heliotrope"], "on": "input", "says": "Ask of something else."},
]


@pytest.fixture(scope="session")
def foreign_server(tmp_path_factory):
    """Someone else's project, served."""
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "theirs.py").write_text(FOREIGN)
    (folder / "door.py").write_text(DOOR)
    http = {"app": "./door.py:app"}
    (folder / "ours.py").write_text(OURS)
    (folder / "script.json").write_text(json.dumps(SCRIPT))
    graphs = {name: f"./theirs.py:{name}" for name in ("agent", "nested", "parcel", "probe")}
    graphs["ours"] = "./ours.py:ours"
    env = {"MAINSTEM_MODEL": f"scripted:{folder / 'script.json'}", "MAINSTEM_POLICIES": json.dumps(POLICIES)}
    env["MAINSTEM_BUDGET_TOKENS"] = "20000"
    project = {"dependencies": ["."], "graphs": graphs, "http": http, "env": env}
    (folder / "langgraph.json").write_text(json.dumps(project))
    with dev_server(folder, tmp_path_factory.mktemp("foreign_server")) as server:
        yield server
