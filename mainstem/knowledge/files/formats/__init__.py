"""A file turned into plain text with its headings and tables: one reader a format."""

from importlib import import_module

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats.extract import Extract, Heading

__all__ = ["Extract", "Heading", "read"]

_BOUNDED = frozenset({"docx", "pptx"})
_READERS = {
    "html": "html", "pdf": "pdf", "docx": "docx", "pptx": "pptx", "json": "json", "jsonl": "json", "ipynb": "notebook",
    "eml": "mail", "mbox": "mail", "python": "code", "code": "code",
}  # fmt: skip
_BY_KIND = frozenset({"text", "json", "mail", "code"})


def read(kind: str, data: bytes, max_bytes: int) -> Extract:
    """The text in `data`, a file of `kind`. Raises `Unreadable` with the reason."""
    name = _READERS.get(kind, "text")
    # Imported one by one: only a PDF pays for the PDF library.
    reader = import_module(f"{__name__}.{name}")
    extract: Extract
    if name in _BY_KIND:
        extract = reader.read(data, kind)
    else:
        extract = reader.read(data, max_bytes) if kind in _BOUNDED else reader.read(data)
    if not extract.text.strip():
        raise Unreadable("no text in it (a scan has to be put through OCR first)" if kind == "pdf" else "it is empty")
    return extract
