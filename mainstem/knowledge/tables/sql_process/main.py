"""The request that the process reads from its input, and the limits under which it answers."""

import json
import signal
import sys
from contextlib import suppress
from typing import Any

from .errors import TOO_MUCH, Damaged, Refused
from .query import query_result

MEMORY_LIMIT = 1_536 << 20
"""Bytes of addresses that the process may have, its program included: the system refuses it more."""


def main() -> None:
    """Answer the one request."""
    request = json.load(sys.stdin.buffer)
    sys.path.append(sys.argv[1])
    duckdb = _duckdb()
    _limit_memory()
    _limit_time(request["seconds"])
    try:
        reply = query_result(duckdb, request, _write)
    except Refused as error:
        reply = {"refused": str(error)}
    except Damaged as error:
        reply = {"damaged": str(error)}
    except MemoryError:
        reply = {"refused": TOO_MUCH}
    _write(reply)


def _write(line: object) -> None:
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode(errors="replace") + b"\n")
    sys.stdout.buffer.flush()


def _duckdb() -> Any:
    # The core alone is there in half the time of the package around it.
    try:
        import _duckdb as core
    except ImportError:
        import duckdb as core
    return core


def _limit_memory() -> None:
    # Not every system has such limits, nor lets a process set them.
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        size = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _limit_time(seconds: float) -> None:
    # Nobody handles the signal: the system itself ends the process, whatever it is at.
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
