"""A process of its own for one of our files, which is spoken with through its standard input and output."""

import subprocess
import sys
from pathlib import Path

from mainstem.stores.errors import StorageError


def start_worker(program: Path, argument: str, purpose: str) -> "subprocess.Popen[bytes]":
    """Start `program` without `site`, in half the time; `argument` tells it where its libraries lie.

    `purpose` says what the process is, for the message. Raises `StorageError` when none can be started.
    """
    command = [sys.executable, "-I", "-S", str(program), argument]
    pipe = subprocess.PIPE
    try:
        # A session of its own: Ctrl-C at the terminal is for us, who then end it.
        return subprocess.Popen(  # noqa: S603 (our own file)
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as error:
        raise StorageError(f"No process {purpose} can be started ({error.strerror}). Try again later.") from error
