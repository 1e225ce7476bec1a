"""Read on in one document."""

from mainstem.stream.writer import stream_writer

from .decorator import tool
from .library import ask_library

MAX_CHARS = 4000
"""Characters that one call returns."""


@tool()
async def read_document(document: str, start: int = 0) -> str:
    """Read a document from one position on, a few thousand characters at a time.

    Args:
        document: The document's name, as a search shows it.
        start: The character to begin at; 0 is the beginning.
    """
    page = await ask_library(
        lambda library, paths: library.read(document, start=max(0, start), length=MAX_CHARS, paths=paths)
    )
    stream_writer().progress(page.document, done=page.end, total=page.total_chars, unit="characters")
    rest = f"\n\n(Read on with start={page.next_start}.)" if page.next_start is not None else ""
    return f"{page.document}, characters {page.start} to {page.end} of {page.total_chars}:\n\n{page.text}{rest}"
