"""A Python that has imported what its children need, and forks itself for each: imports are most of what they cost.

A child is what `python ARGUMENTS` would be, but that it has imported what the server's second argument names, and that
of the variables which Python reads at its start only PYTHONPATH and TZ have an effect. `forked` asks for children.
"""

import array
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import time
from pathlib import Path

MAX_REQUEST = 1 << 20
"""Bytes that the arguments and the environment of a child may have together."""


def served(requests: socket.socket) -> tuple[list[str], str, dict[str, str], bool]:
    """Fork for each request until nobody can ask any more; returns in a child, with what it has to be."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever waits for a child ends by itself
    while True:
        asked, pipes, _, _ = socket.recv_fds(requests, MAX_REQUEST, 4)
        if not asked:
            os._exit(0)
        *standard, answers = pipes
        if os.fork() == 0:
            requests.close()
            watched(standard, answers)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for number, pipe in enumerate(standard):
                os.dup2(pipe, number)
                os.close(pipe)
            return json.loads(asked)
        for pipe in pipes:
            os.close(pipe)


def watched(standard: list[int], answers: int) -> None:
    """Fork once more: returns in the child; who waits for it tells its number and, when it has ended, its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    number = os.fork()
    if number == 0:
        os.close(answers)
        return
    for pipe in standard:
        os.close(pipe)
    told = array.array("q", [number])
    os.write(answers, told.tobytes())
    told[0] = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    os.write(answers, told.tobytes())
    os._exit(0)


def become(arguments: list[str], folder: str, environment: dict[str, str], alone: bool) -> None:
    """Run what `python` would run with these arguments; `alone`: in a session of its own."""
    if alone:
        os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.stdout.reconfigure(line_buffering=os.isatty(1))
    first, *rest = arguments
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    if first == "-m":
        sys.argv = rest
        sys.path.insert(0, folder)
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv = ["-c", *rest[1:]]
        sys.path.insert(0, "")
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = arguments
        if not sys.flags.isolated:
            sys.path.insert(0, str(Path(first).resolve().parent))
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    imported, paths = json.loads(sys.argv[2])
    sys.path[:] = paths or sys.path[1:]  # the first is this file's folder
    for name in imported:
        importlib.import_module(name)
    gc.freeze()  # else each child would copy what it looks through
    become(*served(socket.socket(fileno=int(sys.argv[1]))))
