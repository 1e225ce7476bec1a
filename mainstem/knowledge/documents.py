"""Documents as they are read: found by a name, a page at a time."""

from dataclasses import dataclass
from difflib import get_close_matches

from mainstem.knowledge.errors import NotFound
from mainstem.stores.knowledge import Document, Selection


@dataclass(frozen=True)
class DocumentPage:
    """Part of a document: the characters `start` to `end` of `total_chars`; `next_start` is None at its end."""

    document: str
    text: str
    start: int
    end: int
    total_chars: int
    next_start: int | None


def read_page(selection: Selection | None, document: str, start: int, length: int) -> DocumentPage:
    """The part of `document` (its name, its path, or an end of either that no other has) that begins at `start`.

    Raises `NotFound` when there is none of that name, or more than one.
    """
    if selection is None:
        raise NotFound(_unknown([], document))
    found = _found(selection.documents(), document)
    start = min(max(start, 0), found.chars)
    end = min(start + max(length, 1), found.chars)
    text = selection.text(found.path, start, end)
    return DocumentPage(found.document, text, start, end, found.chars, end if end < found.chars else None)


def _found(every: list[Document], wanted: str) -> Document:
    tail = "/" + wanted.strip().removeprefix("./").lstrip("/")
    ways = (
        [each for each in every if wanted in (each.document, each.path)],
        [each for each in every if f"/{each.document}".endswith(tail) or each.path.endswith(tail)],
        [each for each in every if each.path.lower().endswith(tail.lower())],
    )
    for matches in ways:
        if len(matches) == 1:
            return matches[0]
        if matches:
            paths = ", ".join(each.path for each in matches[:5])
            raise NotFound(f"{len(matches)} documents are called {wanted!r}: {paths}. Give the path of one.")
    raise NotFound(_unknown(every, wanted))


def _unknown(every: list[Document], wanted: str) -> str:
    if not every:
        return f"There is no document {wanted!r}: nothing is indexed here. Run `mainstem index` on a folder first."
    names = [each.document for each in every]
    short = {name.rsplit("/", 1)[-1].lower(): name for name in reversed(names)}
    close = get_close_matches(wanted.rsplit("/", 1)[-1].lower(), short, n=3, cutoff=0.4)
    return f"There is no document {wanted!r}. The closest names are: " + ", ".join(
        [short[c] for c in close] or names[:3]
    )
