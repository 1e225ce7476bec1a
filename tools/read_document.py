"""Read on in one document."""

from typing import Annotated

from langchain_core.tools import InjectedToolCallId, tool

from mainstem.stream.writer import StreamWriter

from .consult import consult

LENGTH = 4000
"""Characters that one call returns."""


@tool
async def read_document(document: str, tool_call_id: Annotated[str, InjectedToolCallId], start: int = 0) -> str:
    """Read a document from one position on, a few thousand characters at a time.

    Args:
        document: The document's name, as a search shows it.
        start: The character to begin at; 0 is the beginning.
    """
    page = await consult(lambda shelf, paths: shelf.read(document, start=max(0, start), length=LENGTH, paths=paths))
    StreamWriter.here().progress(
        page.document, done=page.end, total=page.total_chars, unit="characters", tool_call_id=tool_call_id
    )
    rest = f"\n\n(Read on with start={page.next_start}.)" if page.next_start is not None else ""
    return f"{page.document}, characters {page.start} to {page.end} of {page.total_chars}:\n\n{page.text}{rest}"


read_document.handle_tool_error = True
