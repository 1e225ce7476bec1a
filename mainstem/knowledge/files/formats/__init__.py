"""A file turned into plain text with its headings: one reader a format."""

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats.extract import Extract, Heading

__all__ = ["Extract", "Heading", "read"]


def read(kind: str, data: bytes, max_bytes: int) -> Extract:
    """The text in `data`, a file of `kind`. Raises `Unreadable` with the reason."""
    extract = _reader(kind, data, max_bytes)
    if not extract.text.strip():
        raise Unreadable("no text in it (a scan has to be put through OCR first)" if kind == "pdf" else "it is empty")
    return extract


def _reader(kind: str, data: bytes, max_bytes: int) -> Extract:
    # Imported one by one: only a PDF pays for the PDF library.
    match kind:
        case "html":
            from mainstem.knowledge.files.formats import html

            return html.read(data)
        case "pdf":
            from mainstem.knowledge.files.formats import pdf

            return pdf.read(data)
        case "docx":
            from mainstem.knowledge.files.formats import docx

            return docx.read(data, max_bytes)
        case _:
            from mainstem.knowledge.files.formats import text

            return text.read(data, kind)
