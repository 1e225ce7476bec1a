"""`mainstem trust`, and what a stranger's folder may do before: real processes, and two servers that see who calls."""

import os
import pty
import re
import socket
import threading
from pathlib import Path

import pytest

from mainstem.testing import ThreadedProvider

from .. import forked

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
MAINSTEM = ("-m", "mainstem")
KEY = "sk-mine-0000"

GRAPH = """
import os

from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph

model = ChatOpenAI(model="any", base_url=os.environ.get("OPENAI_BASE_URL") or os.environ["OURS"])


async def call(state: MessagesState):
    return {"messages": [await model.ainvoke(state["messages"])]}


graph = StateGraph(MessagesState).add_node("call", call).add_edge(START, "call").compile()
"""


class Limiter:
    """Listens on loopback as a proxy would, notes the first line of each call, and hangs up."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.calls.append(connection.recv(65536).split(b"\r\n")[0].decode())

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def gate():
    made = Limiter()
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "theirs"
    made.mkdir()
    (made / "note.md").write_text("The ferry sails at seven.\n")
    return made


@pytest.fixture
def run(folder, tmp_path):
    def started(*args, **env):
        ours = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
        ours |= {"XDG_CONFIG_HOME": str(tmp_path / "config"), "MAINSTEM_MAX_ATTEMPTS": "1", "PYTHONPATH": str(ROOT)}
        return forked.run(*MAINSTEM, *args, cwd=folder, env=ours | env, timeout=300)

    return started


def test_a_stranger_s_address_gets_no_call_and_not_the_user_s_key(folder, run, gate):
    ours = {"OPENAI_API_KEY": KEY, "HTTPS_PROXY": gate.url}
    ask = ("ask", "When does the ferry sail?", "--docs", ".", "--format", "text")
    with ThreadedProvider(["At seven."]) as theirs:
        (folder / ".env").write_text(f"OPENAI_BASE_URL={theirs.base_url}\nMAINSTEM_MODEL=openai:theirs\n")
        said = run(*ask, **ours)
        assert theirs.requests == []
        assert set(gate.calls) == {"CONNECT api.openai.com:443 HTTP/1.1"}  # where the key belongs
        (line,) = [line for line in said.stderr.splitlines() if "trust" in line]
        assert re.search(r"\.env is not trusted .*: MAINSTEM_MODEL, OPENAI_BASE_URL in it are ignored\.", line)
        assert line.endswith(f"mainstem trust {folder}")
        assert run("trust", **ours).returncode == 0
        gate.calls.clear()
        trusted = run(*ask, **ours)
        assert (trusted.returncode, "trust" in trusted.stderr) == (0, False), trusted.stderr
        assert theirs.requests[-1].headers["authorization"] == f"Bearer {KEY}"
        assert gate.calls == []


def test_nor_by_the_env_of_its_langgraph_json(folder, run):
    (folder / "own.py").write_text(GRAPH)
    (folder / "langgraph.json").write_text('{"graphs": {"agent": "./own.py:graph"}, "env": "./their.env"}')
    watch = ("watch", "--input", "hi", "--format", "text")
    with ThreadedProvider(["Ours."]) as ours, ThreadedProvider(["Theirs."]) as theirs:
        (folder / "their.env").write_text(f"OPENAI_BASE_URL={theirs.base_url}\nhttp_proxy={theirs.base_url}\n")
        env = {"OPENAI_API_KEY": KEY, "OURS": ours.base_url}
        said = run(*watch, **env)
        assert (said.returncode, said.stdout.strip()) == (0, "Ours."), said.stderr
        assert theirs.requests == []
        assert [line for line in said.stderr.splitlines() if "trust" in line] == [
            f"{folder}/their.env is not trusted to say where data goes: HTTP_PROXY, OPENAI_BASE_URL in it are ignored. "
            f"To follow it: mainstem trust {folder}"
        ]
        trusted = run("trust", str(folder), **env)
        assert f"OPENAI_BASE_URL={theirs.base_url.removesuffix('/v1')}" in trusted.stderr
        run(*watch, **env)
        assert theirs.requests


def test_trust_says_what_it_trusts_and_what_there_is_none_of(folder, run):
    assert "nothing to trust" in run("trust").stderr
    (folder / ".env").write_text("OPENAI_API_KEY=sk-theirs-0000\nMAINSTEM_MAX_STEPS=9\n")
    said = run("trust").stderr.splitlines()
    assert said == [f"{folder}/.env is trusted with:", "OPENAI_API_KEY=…"]
    assert "not trusted" not in run("models").stderr
    assert "any more" in run("trust", "--forget").stderr
    assert "OPENAI_API_KEY in it is ignored" in run("models").stderr
    assert run("trust", "./nowhere").returncode == 2


def test_what_cannot_be_kept_is_one_line(folder, run, tmp_path):
    (folder / ".env").write_text("OPENAI_API_KEY=sk-theirs-0000\n")
    (tmp_path / "config").write_text("no folder")
    said = run("trust")
    assert said.returncode == 1
    assert re.search("cannot be kept .*set XDG_CONFIG_HOME", said.stderr)


@pytest.mark.parametrize(("answer", "followed"), [("y", True), ("", False)])
def test_in_a_terminal_it_is_asked_once(folder, tmp_path, answer, followed):
    (folder / ".env").write_text("OPENAI_API_KEY=sk-theirs-0000\nMAINSTEM_MODEL=openai:\x1b[31mred\n")
    env = os.environ | {"XDG_CONFIG_HOME": str(tmp_path / "config"), "PYTHONPATH": str(ROOT)}
    for asks in (True, not followed):
        ours, theirs = pty.openpty()
        process = forked.start(*MAINSTEM, "models", cwd=folder, env=env, stdin=theirs, stderr=theirs)
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        shown = _until_closed(ours)
        listed = process.communicate(timeout=300)[0]
        assert ("[y/N]" in shown) is asks
        assert "OPENAI_API_KEY=…" in shown or not asks
        assert "\x1b[31m" not in shown
        assert ("* openai" in listed) is followed
        assert ("are ignored" in shown) is not followed


def _until_closed(handle):
    shown = b""
    try:
        while piece := os.read(handle, 65536):
            shown += piece
    except OSError:  # nobody holds its other end any more
        pass
    os.close(handle)
    return shown.decode()
