"""The README's commands run as they are printed, in a shell that knows no more than `uv` and `pip`."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.docs.pages import samples

pytestmark = pytest.mark.real

PRINTED = [line for block in samples(ROOT / "README.md", "bash") for line in block.splitlines()]
SERVERS = [line for line in PRINTED if " serve " in line or " langgraph dev " in line]
REMOTE = [line for line in PRINTED if "http://127.0.0.1:2024" in line]
ITSELF = ["uv run pytest"]
WAITS = 3
"""The exit code of a question that waits for a decision."""


@pytest.fixture
def shell(tmp_path):
    """The environment of a shell in which nothing was activated; what is installed stays as it is."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not here")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").symlink_to(uv)
    (tmp_path / "bin" / "pip").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "pip").chmod(0o755)
    ours = {str(Path(sys.executable).parent), str(ROOT / ".venv" / "bin")}
    rest = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder not in ours]
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return env | {"PATH": os.pathsep.join([str(tmp_path / "bin"), *rest]), "UV_NO_SYNC": "1", "UV_OFFLINE": "1"}


def run(line, env):
    return subprocess.run(
        ["bash", "-c", line], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600
    )


def test_every_command_that_ends_does_what_it_says(shell):
    for line in PRINTED:
        if line in SERVERS + REMOTE + ITSELF:
            continue
        done = run(line, shell)
        assert done.returncode == (WAITS if "Save a note" in line else 0), f"{line}\n{done.stdout}\n{done.stderr}"
        assert done.stdout or done.returncode or " ask " not in line, line


def test_the_page_is_served(shell):
    (line,) = [line for line in SERVERS if " serve " in line]
    command, _, address = line.partition("#")
    assert "http://127.0.0.1:8000/" in address
    with subprocess.Popen(
        ["bash", "-c", f"exec {command} --port 0"], cwd=ROOT, env=shell, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            line = process.stderr.readline()  # to read on would wait for a server that does not end
            url = re.search(r"http://\S+", line)
            assert url, line
            assert httpx.get(url[0], timeout=60, trust_env=False).is_success
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def test_the_dev_servers_command_has_options_that_it_knows(shell):
    (line,) = [line for line in SERVERS if " langgraph dev " in line]
    known = run("uv run langgraph dev --help", shell).stdout
    options = re.findall(r"--[a-z-]+", line.partition("#")[0])
    assert options
    assert all(option in known for option in options)


def test_the_dev_servers_graph_is_watched(shell, our_server):
    (line,) = REMOTE
    done = run(line.replace("http://127.0.0.1:2024", our_server.url), shell)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert "law" in done.stdout
