"""One `langgraph dev` process, over a copy of the graphs under test."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from benchmarks.truth import graphs

STARTS_WITHIN = 60.0
_OUTSIDE = ("LANGSMITH_", "LANGCHAIN_", "OPENAI_", "MAINSTEM_")


@asynccontextmanager
async def dev_server(provider: str) -> AsyncIterator[str]:
    """Serve the graphs with the provider at that address; yields the server's own address."""
    with tempfile.TemporaryDirectory(prefix="truth-") as name:
        folder = Path(name)
        _project(folder)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        process = await _started(folder, port, provider)
        try:
            address = f"http://127.0.0.1:{port}"
            await _wait(process, address, folder / "log")
            yield address
        finally:
            await _end(process)


def _project(folder: Path) -> None:
    shutil.copy(graphs.__file__, folder / "graphs.py")
    names = {name: f"./graphs.py:{name}" for name in graphs.GRAPHS}
    (folder / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": names}))


async def _started(folder: Path, port: int, provider: str) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OUTSIDE)}
    ours = {"OPENAI_BASE_URL": provider, "OPENAI_API_KEY": "scripted"}
    quiet = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGGRAPH_NO_VERSION_CHECK": "1"}
    options = ["--no-browser", "--no-reload", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("langgraph"),
            "dev",
            *options,
            cwd=folder,
            env={**kept, **ours, **quiet},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


async def _wait(process: asyncio.subprocess.Process, address: str, log: Path) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(STARTS_WITHIN):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"langgraph dev ended:\n{_end_of(log)}")
            with suppress(httpx.TransportError):
                if (await client.get(f"{address}/ok")).is_success:
                    return
            await asyncio.sleep(0.1)


def _end_of(log: Path) -> str:
    return log.read_text()[-2000:]


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the server and what it started: its process group is its own."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 10)
            return
