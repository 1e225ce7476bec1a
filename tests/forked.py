"""Python processes that begin with LangGraph imported: `forked.start("-m", "mainstem", "runs")` as `python` takes it.

They are real: a process with pipes, signals and an exit code of its own, in which nothing of ours was imported before.
What is about the start itself (the installed command, what is imported, Python's own variables) needs `subprocess`.
"""

import array
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, CompletedProcess, TimeoutExpired
from typing import IO, Any

from .waiting import PATIENCE

_SERVER = Path(__file__).with_name("fork_server.py")

COMMANDS = (
    "fastapi",
    "httpx",
    "langchain.agents",
    "langchain_core.tracers.event_stream",
    "langchain_openai",
    "langgraph.checkpoint.sqlite.aio",
    "langgraph.graph",
    "langgraph.prebuilt",
    "rich.live",
    "rich.markdown",
    "typer",
    "uvicorn",
)
"""What a command of ours has imported when it begins."""

WORKERS = ("duckdb", "mainstem.knowledge.files.reader_worker", "selectolax.lexbor")
"""What the processes have imported that read documents and ask tables."""


@functools.cache
def _requests(imported: tuple[str, ...], *options: str) -> socket.socket:
    """The way to this process's own server, which is started now and ends when this process does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    paths = [path for path in sys.path if path] if "-S" in options else []
    begins = json.dumps([imported, paths])
    with theirs:
        subprocess.Popen(
            [sys.executable, *options, _SERVER, str(theirs.fileno()), begins],
            stdin=DEVNULL,
            stdout=DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    return ours


class Process:
    """What of a `subprocess.Popen` the tests use; `stdin`, `stdout` and `stderr` as there, with text in these pipes."""

    encoding: str | None = "utf-8"
    alone = False

    def __init__(
        self,
        *arguments: object,
        cwd: Path | str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: int = DEVNULL,
        stdout: int = PIPE,
        stderr: int = PIPE,
    ) -> None:
        self.arguments = list(map(str, arguments))
        self.returncode: int | None = None
        sys.audit("subprocess.Popen", sys.executable, self.arguments, cwd, None)  # for tests/real.py
        self.stdin, read = self._pipe(stdin, "w")
        self.stdout, out = self._pipe(stdout, "r")
        self.stderr, err = self._pipe(stderr, "r")
        self._answers, answers = os.pipe()
        environment = dict(os.environ if env is None else env)
        request = json.dumps([self.arguments, str(cwd or Path.cwd()), environment, self.alone])
        socket.send_fds(self._server(), [request.encode()], [read, out, err, answers])
        for given, end in ((stdin, read), (stdout, out), (stderr, err), (PIPE, answers)):
            if given < 0:
                os.close(end)
        self.pid = self._told()

    def _server(self) -> socket.socket:
        return _requests(COMMANDS)

    def _pipe(self, wanted: int, mode: str) -> tuple[IO[Any] | None, int]:
        """Our end of a standard stream, where there is one, and the child's."""
        if wanted == DEVNULL:
            return None, os.open(os.devnull, os.O_RDWR)
        if wanted != PIPE:
            return None, wanted
        read, write = os.pipe()
        ours, theirs = (write, read) if mode == "w" else (read, write)
        if self.encoding is None:
            return os.fdopen(ours, f"{mode}b"), theirs
        return os.fdopen(ours, mode, encoding=self.encoding, buffering=1 if mode == "w" else -1), theirs

    def _told(self) -> int:
        data = os.read(self._answers, 8)
        assert data, "the fork server has ended: it tells why on its own stderr"
        return array.array("q", data)[0]

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._ended(0.0)

    def _ended(self, seconds: float) -> int | None:
        if self.returncode is None and select.select([self._answers], [], [], seconds)[0]:
            self.returncode = self._told()
            os.close(self._answers)
        return self.returncode

    def wait(self, timeout: float = PATIENCE) -> int:
        """The exit code. Raises `TimeoutExpired`."""
        if self._ended(timeout) is None:
            raise TimeoutExpired(self.arguments, timeout)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended, and who waits for it has not told us yet
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float = PATIENCE) -> tuple[str, str]:
        """What it says from now on, when it has ended. Raises `TimeoutExpired`."""
        with ThreadPoolExecutor(2) as threads:
            said, told = (threads.submit(_rest, stream) for stream in (self.stdout, self.stderr))
            try:
                self.wait(timeout)
            except TimeoutExpired:
                self.kill()
                raise
            return said.result(), told.result()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                stream.close()
        self.wait()


class Worker(Process):
    """A process that reads documents or asks tables, begun as `mainstem.knowledge.worker` begins it."""

    encoding = None
    alone = True

    def _server(self) -> socket.socket:
        return _requests(WORKERS, "-I", "-S")


start = Process


def start_worker(program: Path, argument: str, purpose: str) -> Worker:
    """In place of `mainstem.knowledge.worker.start_worker`."""
    return Worker(program, argument, stdin=PIPE, stderr=DEVNULL)


def run(*arguments: object, timeout: float = PATIENCE, check: bool = False, **options: Any) -> CompletedProcess[str]:
    """As `subprocess.run` does it, with what is said taken as text."""
    process = start(*arguments, **options)
    said, told = process.communicate(timeout)
    done = CompletedProcess(process.arguments, process.wait(), said, told)
    if check:
        done.check_returncode()
    return done


def _rest(stream: IO[str] | None) -> str:
    return stream.read() if stream is not None and not stream.closed else ""
