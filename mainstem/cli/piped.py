"""What is piped into `mainstem ask`: `git diff | mainstem ask "what changed?"`."""

import asyncio
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .failures import UsageError, say

if TYPE_CHECKING:
    from mainstem.settings import Settings

NAME = "standard input.txt"
"""What it is called where it is cited."""

MOST_BYTES = 20_000_000
"""More than that is refused."""

WAIT_SECONDS = 2.0
"""After which it is said what is being waited for."""


def _read() -> str:
    """What was piped in; empty where standard input is a terminal. Raises `UsageError`."""
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    note = threading.Timer(WAIT_SECONDS, say, ["Reading standard input to its end; </dev/null leaves it out."])
    note.daemon = True
    note.start()
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
    finally:
        note.cancel()
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"More than {MOST_BYTES // 10**6} MB were piped in: write them to a file, and name it by --docs."
        )
    return _text(data).strip()


def _text(data: bytes) -> str:
    from mainstem.knowledge.errors import Unreadable
    from mainstem.knowledge.files.formats.text import decode

    try:
        return decode(data)
    except Unreadable as error:
        raise UsageError(
            "What was piped in is no text: name a file by --docs, or leave it out by </dev/null."
        ) from error


@contextmanager
def in_with(question: str, settings: "Settings") -> "Generator[tuple[str, Settings]]":
    """The question with what was piped in, and the settings to ask it with. Raises `UsageError`.

    A model that reads gets it behind the question, as data. For the one that quotes documents it is one, which is
    forgotten afterwards.
    """
    from mainstem.models import default
    from mainstem.models.retrieved import labelled
    from mainstem.sessions import agents

    text = _read()
    if not text:
        yield question, settings
    elif default(settings) != "extractive" or not agents.find().bundled:
        yield f"{question}\n\n{labelled('standard_input', text)}", settings
    else:
        with _document(text) as file:
            try:
                yield question, settings.model_copy(update={"docs": [*settings.docs, file]})
            finally:
                asyncio.run(_forget(file, settings))


@contextmanager
def _document(text: str) -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="mainstem-") as folder:
        file = Path(folder) / NAME
        file.write_text(text, encoding="utf-8")
        yield file


async def _forget(file: Path, settings: "Settings") -> None:
    from mainstem.knowledge.index_cache import library

    shelf = library(settings)
    try:
        await shelf.forget(file)
    finally:
        await shelf.close()
