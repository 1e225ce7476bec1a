"""The marker `real`: a test that bears it starts a server, a browser, a command or a kernel. No other may.

So does one that bears `worker`: nearly all that it does is done by processes of ours that it starts.
"""

import sys
from collections.abc import Generator
from typing import Any

import pytest

OURS = ("reader_worker.py", "sql_worker.py", "svg_worker.py", "fork_server.py")
"""What `mainstem.knowledge` starts by itself, in a moment, wherever documents are read or tables asked."""

PYTHONS = ("uname", "-p")
"""What Python's `platform` asks, for clients that tell their servers of it."""

FIXTURES = {"browser", "foreign_server", "kernel", "node", "our_server", "postgres"}
"""Fixtures that start one: who uses them need not say so."""

SERVERS = {"door", "openai_door", "serving"}
"""Helpers that start one behind a socket: a module that takes one in is real as a whole."""

_running: list[pytest.Item] = []


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what uses one of those fixtures or helpers, or works in processes of ours."""
    if item.get_closest_marker("worker"):
        item.add_marker("real")
    if isinstance(item, pytest.Function) and (FIXTURES & set(item.fixturenames) or SERVERS & vars(item.module).keys()):
        item.add_marker("real")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Remember which test runs, its fixtures included."""
    _running.append(item)
    try:
        return (yield)
    finally:
        _running.pop()


def _audited(event: str, args: tuple[Any, ...]) -> None:
    if event != "subprocess.Popen" or not _running or _running[-1].get_closest_marker("real"):
        return
    command = [str(args[0]), *map(str, args[1])] if isinstance(args[1], list | tuple) else [str(args[1])]
    if tuple(command[-2:]) != PYTHONS and not any(part.endswith(OURS) for part in command):
        pytest.fail(f"it starts {' '.join(command)[:200]!r}: mark it `@pytest.mark.real`")


sys.addaudithook(_audited)
