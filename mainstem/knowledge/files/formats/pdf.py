"""PDF files, page by page; bookmarks become headings."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats.extract import Extract, Heading, storable

if TYPE_CHECKING:
    from pypdfium2 import PdfBookmark, PdfDocument


def read(data: bytes) -> Extract:
    """The text of a PDF. Raises `Unreadable` when it is broken or wants a password."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        reason = "it is encrypted; save a copy without a password" if "assword" in str(error) else "a broken PDF"
        raise Unreadable(reason) from error
    try:
        return _extract(document)
    except PdfiumError as error:
        raise Unreadable(f"a broken PDF ({error})") from error
    finally:
        document.close()


def _extract(document: "PdfDocument") -> Extract:
    texts: list[str] = []
    starts: list[int] = []
    length = 0
    for number in range(len(document)):
        text = _page(document, number).rstrip() + "\n\n"
        texts.append(text)
        starts.append(length)
        length += len(text)
    return Extract("".join(texts), _headings(document, texts, starts), starts)


def _page(document: "PdfDocument", number: int) -> str:
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            # U+FFFE is how PDFium marks a hyphen at a line's end.
            return storable(words.get_text_bounded()).replace("\ufffe", "-")
        finally:
            words.close()
    finally:
        page.close()


def _headings(document: "PdfDocument", texts: list[str], starts: list[int]) -> list[Heading]:
    """The bookmarks, each where its words stand on its page, else at the top of that page."""
    headings: list[Heading] = []
    marks = cast("Iterator[PdfBookmark]", document.get_toc(max_depth=6))
    for mark in marks:
        target = mark.get_dest()
        number = cast("int | None", target.get_index()) if target else None
        title = storable(" ".join(mark.get_title().split()))
        if number is None or number >= len(texts) or not title:
            continue
        headings.append(Heading(starts[number] + max(texts[number].find(title), 0), mark.level + 1, title))
    return sorted(headings, key=lambda heading: heading.start)
