"""Write a note for the user."""

import asyncio
import re
from pathlib import Path
from typing import Annotated

from langchain_core.tools import InjectedToolCallId, ToolException, tool

from mainstem.settings import active
from mainstem.stores.home import made
from mainstem.stream.writer import StreamWriter

from .marks import CHANGES

LONGEST = 100_000
"""Characters of a note."""


@tool
async def save_note(title: str, text: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> str:
    """Save a note as a Markdown file for the user. The user is asked first.

    Args:
        title: A short title; it becomes the file's name.
        text: The note, in Markdown.
    """
    if len(text) > LONGEST:
        raise ToolException(f"A note holds at most {LONGEST} characters: shorten it.")
    writer = StreamWriter.here()
    writer.progress(title, done=0, total=1, unit="notes", tool_call_id=tool_call_id)
    try:
        path = await asyncio.to_thread(_write, active().home / "notes", title, text)
    except OSError as error:
        raise ToolException(f"The note could not be written: {error.strerror or error}.") from error
    writer.progress(title, done=1, total=1, unit="notes", tool_call_id=tool_call_id)
    return f"Saved as {path}."


save_note.metadata = CHANGES
save_note.handle_tool_error = True


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
