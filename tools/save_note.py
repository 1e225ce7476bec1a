"""Write a note for the user."""

import asyncio
import re
from pathlib import Path

from langchain_core.tools import ToolException

from mainstem.settings import active
from mainstem.stores.home import made
from mainstem.stream.writer import stream_writer

from .decorator import tool

MAX_CHARS = 100_000
"""Characters of a note."""


@tool(changes=True)
async def save_note(title: str, text: str) -> str:
    """Save a note as a Markdown file for the user. The user is asked first.

    Args:
        title: A short title; it becomes the file's name.
        text: The note, in Markdown.
    """
    if len(text) > MAX_CHARS:
        raise ToolException(f"A note holds at most {MAX_CHARS} characters: shorten it.")
    writer = stream_writer()
    writer.progress(title, done=0, total=1, unit="notes")
    try:
        path = await asyncio.to_thread(_write, active().home / "notes", title, text)
    except OSError as error:
        raise ToolException(f"The note could not be written: {error.strerror or error}.") from error
    writer.progress(title, done=1, total=1, unit="notes")
    return f"Saved as {path}."


def _write(folder: Path, title: str, text: str) -> Path:
    made(folder.parent, folder.name)
    name = re.sub(r"[^\w-]+", "-", title.strip().lower()).strip("-")[:60] or "note"
    number = 1
    while True:
        path = folder / (f"{name}.md" if number == 1 else f"{name}-{number}.md")
        try:
            # "x": two notes of one title never overwrite each other, in whichever process.
            with path.open("x", encoding="utf-8") as file:
                file.write(f"# {title.strip()}\n\n{text.strip()}\n")
        except FileExistsError:
            number += 1
        else:
            return path
