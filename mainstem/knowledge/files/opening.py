"""A file opened as what it was found to be: a regular file that lies where it was looked for.

Between the walk and the reading it may have become a pipe, a device, or a link that leads elsewhere.
"""

import os
import stat
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mainstem.knowledge.errors import Inaccessible

BESIDE = ("-journal", "-wal", "-shm")
"""How the names of the files end that belong to an SQLite database."""

LEADS_OUT = "a link that leads out of its folder is not followed; give its target as a path"

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def is_within(path: str, allowed: Collection[str]) -> bool:
    """Whether `path`, without links, is one of the resolved paths `allowed`, or lies below one."""
    return path in allowed or any(str(parent) in allowed for parent in Path(path).parents)


class Opened(NamedTuple):
    """What is in a file, and its state when it was opened."""

    data: bytes
    state: os.stat_result


def read_content(path: Path, allowed: Collection[str], max_bytes: int) -> Opened:
    """What is in a regular file that lies within `allowed`. Raises `Inaccessible`; it does not wait for a pipe."""
    try:
        number = os.open(path, _FLAGS)
    except OSError as error:
        raise Inaccessible(f"the file cannot be read ({error.strerror})") from error
    try:
        state = os.fstat(number)
        check(path, state, allowed)
        with os.fdopen(number, "rb", closefd=False) as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise Inaccessible(f"the file cannot be read ({error.strerror})") from error
    finally:
        os.close(number)
    if len(data) > max_bytes:
        raise Inaccessible(f"it has grown beyond the limit of {max_bytes / 1e6:g} MB (MAINSTEM_MAX_FILE_MB)")
    return Opened(data, state)


def check(path: Path, opened: os.stat_result, allowed: Collection[str]) -> None:
    """Raise `Inaccessible` unless what was opened is a regular file, the one at `path`, and lies within `allowed`."""
    if not stat.S_ISREG(opened.st_mode):
        raise Inaccessible("not a regular file")
    real = os.path.realpath(path)
    if not is_within(real, allowed):
        raise Inaccessible(LEADS_OUT)
    try:
        same = os.path.samestat(os.stat(real), opened)  # noqa: PTH116 (of what realpath gave)
    except OSError:
        same = False
    if not same:
        raise Inaccessible("it was replaced while it was opened; index again")


def check_beside(path: Path, allowed: Collection[str]) -> None:
    """Raise `Inaccessible` unless what SQLite opens beside a database (`BESIDE`) are regular files within `allowed`."""
    for suffix in BESIDE:
        beside = path.with_name(path.name + suffix)
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(beside.stat().st_mode):
                raise Inaccessible(f"{beside.name} is not a regular file")
            if not is_within(os.path.realpath(beside), allowed):
                raise Inaccessible(LEADS_OUT)
