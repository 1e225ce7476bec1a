"""The bench: one wire on one core, one process a subject on the other, and turns taken one after the other."""

import json
import os
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from benchmarks.process import core_times
from benchmarks.subjects import WHERE, subject

ROOT = Path(__file__).parents[1]
BUSY = 0.95
"""Share of the other core beyond which a row is void."""
LATE = 0.02
"""Seconds that the wire may be late, at its 99th percentile, before a row is void."""


class Outcome(NamedTuple):
    """What one trial found."""

    found: dict[str, Any]
    void: str
    """Why it does not count; empty when it does."""


def ordinary() -> dict[str, str]:
    """The environment, without settings of ours and without what forbids Python to keep what it has compiled."""
    outside = ("MAINSTEM_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(outside)}


class Program:
    """A Python module that runs beside us and speaks in lines."""

    def __init__(self, *arguments: str, env: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if os.environ.get("BENCHMARKS_QUIET", "1") == "1" else None,
            text=True,
            cwd=ROOT,
            env={**ordinary(), **(env or {})},
        )

    def line(self) -> str:
        """Its next line. Raises `RuntimeError` when it has ended."""
        line = self._out.readline()
        if not line:
            raise RuntimeError("it ended without an answer")
        return line

    def say(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n")
        self._process.stdin.flush()

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()

    @property
    def _out(self) -> Any:
        return self._process.stdout


class Wire:
    """The scripted provider in a process of its own, until `stack` ends; with the file of a certificate over TLS."""

    def __init__(self, stack: ExitStack, core: int, certificate: Path | None = None) -> None:
        program = Program("benchmarks.wire", str(core), *([str(certificate)] if certificate else []))
        stack.callback(program.end)
        self.address = f"http{'s' if certificate else ''}://127.0.0.1:{int(program.line())}"
        self.trust = {"SSL_CERT_FILE": str(certificate)} if certificate else {}
        """Environment in which clients trust it."""
        self._context = ssl.create_default_context(cafile=certificate) if certificate else None

    def stats(self) -> dict[str, Any]:
        """How it went since it was last asked."""
        with urllib.request.urlopen(f"{self.address}/stats", context=self._context) as response:
            return json.load(response)


def certificate(folder: Path) -> Path:
    """A file with a certificate of nobody's for this machine, and its key. Raises `OSError` without `openssl`."""
    made = folder / "wire.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key.pem"), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    made.write_text(made.read_text() + (folder / "key.pem").read_text())
    return made


class Bench:
    """Use it as a context manager: what it starts ends with it. `core` is the measured one."""

    def __init__(self, quick: bool, only: Sequence[str] = (), *, rounds: int | None = None) -> None:
        self.quick = quick
        self._only = only
        cores = sorted(os.sched_getaffinity(0))
        self.core, self.other = cores[0], cores[-1]
        self.rounds = rounds or (1 if quick else 5)
        self._stack = ExitStack()
        self._workers: dict[str, Program] = {}
        self.absent: dict[str, str] = {}
        self._tls: Wire | None = None

    def __enter__(self) -> Self:
        os.sched_setaffinity(0, {self.other})
        self._wire = Wire(self._stack, self.other)
        return self

    def _wire_of(self, name: str) -> "Wire":
        """The wire that a subject asks; that with TLS is begun when it is wanted."""
        if not subject(name).tls:
            return self._wire
        if self._tls is None:
            folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmarks-")))
            self._tls = Wire(self._stack, self.other, certificate(folder))
        return self._tls

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.send_home()
        self._stack.close()

    def there(self, among: Iterable[str] = WHERE) -> Iterator[str]:
        """Those of `among` that were asked for and can be measured."""
        for name in among:
            if self._only and name not in self._only:
                continue
            if name not in self.absent:
                try:
                    self.absent[name] = subject(name).absent()
                except ImportError as error:
                    self.absent[name] = f"not installed: {error.name}"
            if not self.absent[name]:
                yield name

    def trial(self, name: str, kind: str, **numbers: Any) -> Outcome:
        """Put a subject through a trial, in its own process, which stays for the next one."""
        try:
            worker = self._workers.get(name) or self._started(name)
            self._wire_of(name).stats()
            before = core_times(self.other)
            worker.say(json.dumps([kind, numbers]))
            found = json.loads(worker.line())
        except (RuntimeError, OSError) as error:
            self._workers.pop(name, None)
            return Outcome({"error": str(error)}, f"failed: {error}")
        if "error" in found:
            return Outcome(found, f"failed: {found['error']}")
        return Outcome(found, self._void(self._wire_of(name), before))

    def fresh(self, name: str, kind: str, **numbers: Any) -> Outcome:
        """The same in a process that is new, for what depends on its memory."""
        self.send_home(name)
        outcome = self.trial(name, kind, **numbers)
        self.send_home(name)
        return outcome

    def _started(self, name: str) -> Program:
        wire = self._wire_of(name)
        env = {"OPENAI_API_KEY": "scripted", **wire.trust, **subject(name).env}
        where = (f"{wire.address}/v1", str(self.core), str(self.other))
        worker = Program("benchmarks.worker", name, *where, env=env)
        self._workers[name] = worker
        worker.line()
        return worker

    def servers(self) -> list[str]:
        """The subjects at work that are servers: they are not quite idle between their trials."""
        return [name for name in self._workers if subject(name).served]

    def send_home(self, *names: str) -> None:
        """End the processes of those subjects (default: of all)."""
        for name in names or list(self._workers):
            if worker := self._workers.pop(name, None):
                worker.end()

    def _void(self, wire: Wire, before: tuple[float, float]) -> str:
        late = wire.stats()["late_p99"]
        busy, total = (now - then for now, then in zip(core_times(self.other), before, strict=True))
        if total and busy / total > BUSY:
            return f"the wire's core was busy for {busy / total:.0%}"
        if late > LATE:
            return f"the wire was {late * 1000:.0f} ms late"
        return ""
