"""Cold start: whole processes, from nothing to their end."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, ordinary
from benchmarks.measures.alone import median, turns
from benchmarks.section import Section, Table
from benchmarks.series import ratio

_BIN = Path(sys.executable).parent
# What a plain agent of this kind imports.
_PLAIN_ASK = "import langgraph.graph, langgraph.checkpoint.sqlite.aio, langchain_openai"
COMMANDS: dict[str, Sequence[str]] = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "mainstem --help": (str(_BIN / "mainstem"), "--help"),
    "import langgraph.graph": (sys.executable, "-c", "import langgraph.graph"),
    "import langgraph.graph, its SQLite saver, langchain_openai": (sys.executable, "-c", _PLAIN_ASK),
    "mainstem ask": (str(_BIN / "mainstem"), "ask", "What is a run?"),
}
PEER = "import langgraph.graph"


def measure(bench: Bench) -> Section:
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        run = [lambda command=command: timed(command, folder, bench.core) for command in COMMANDS.values()]
        for call in run:
            call()  # warm: the index is made, and every file is in the page cache
        found = dict(zip(COMMANDS, turns(bench, run), strict=True))
    peer = median(found[PEER], "wall")
    rows = [
        [
            f"`{name}`",
            f"{median(each, 'wall'):.3f}",
            f"{median(each, 'cpu'):.3f}",
            ratio(median(each, "wall"), peer),
            ratio(median(each, "cpu"), median(found[PEER], "cpu")),
        ]
        for name, each in found.items()
    ]
    text = (
        "Whole processes on one core, files in the page cache. `mainstem ask` is the default model with a warm index, "
        "to its end: the answer is there."
    )
    return Section("Cold start", text, [Table(["", "wall, s", "CPU, s", f"× {PEER}, wall", "CPU"], rows)])


def timed(command: Sequence[str], folder: str, core: int) -> dict[str, Any]:
    """One process, by what the kernel says of it."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=ordinary(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return {"wall": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime}
