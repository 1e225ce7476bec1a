"""`langgraph dev`: one server process, its run stream read over HTTP."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import httpx

from benchmarks.subjects import graphs
from benchmarks.subjects.base import Note, Subject
from benchmarks.subjects.lean import post

_GRAPH = """
import os
from graphs import chat_openai, graph_of
graph = graph_of(chat_openai(os.environ["WIRE"]))
"""
_OUTSIDE = ("LANGSMITH_", "LANGCHAIN_", "OPENAI_", "MAINSTEM_")


class DevServer(Subject):
    name = "langgraph dev"
    how = "`POST /runs/stream` with `messages-tuple`, `updates`, `custom` of one server process with 1,000 jobs"
    packages = ("langgraph-api", "langgraph-cli")
    served = True

    async def open(self, wire: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="benchmarks-")
        folder = Path(self._folder.name)
        shutil.copy(graphs.__file__, folder / "graphs.py")
        (folder / "served.py").write_text(_GRAPH)
        (folder / "langgraph.json").write_text(
            json.dumps({"dependencies": ["."], "graphs": {"a": "./served.py:graph"}})
        )
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self._port = taken.getsockname()[1]
        self._process = await self._started(folder, wire)
        await self._ready(folder / "log")

    async def _started(self, folder: Path, wire: str) -> asyncio.subprocess.Process:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OUTSIDE)}
        quiet = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGGRAPH_NO_VERSION_CHECK": "1", "LOG_LEVEL": "error"}
        options = ["--no-browser", "--no-reload", "--n-jobs-per-worker", "1000", "--port", str(self._port)]
        with (folder / "log").open("wb") as log:
            return await asyncio.create_subprocess_exec(
                str(Path(sys.executable).with_name("langgraph")),
                "dev",
                *options,
                cwd=folder,
                env={**kept, **quiet, "WIRE": wire},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def _ready(self, log: Path) -> None:
        async with httpx.AsyncClient() as client, asyncio.timeout(60):
            while True:
                if self._process.returncode is not None:
                    raise RuntimeError(f"langgraph dev ended: {_end_of(log)}")
                with suppress(httpx.TransportError):
                    if (await client.get(f"http://127.0.0.1:{self._port}/ok")).is_success:
                        return
                await asyncio.sleep(0.1)

    async def read(self, question: str, note: Note) -> None:
        given = {"messages": [{"role": "user", "content": question}]}
        modes = ["messages-tuple", "updates", "custom"]
        body = {"assistant_id": "a", "input": given, "stream_mode": modes, "on_disconnect": "cancel"}
        await post(self._port, "/runs/stream", body, note)

    async def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), 10)
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        return self._process.pid


def _end_of(log: Path) -> str:
    return log.read_text()[-300:]
