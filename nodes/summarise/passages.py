"""The passages of documents and of parts of them, as the index has them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from mainstem.knowledge import Passage
from mainstem.models.citation_marks import marks
from tools.library import ask_library

from .state import Part, PassageRange


async def passages_in(documents: Sequence[str]) -> list[Passage]:
    """All passages of the documents at these paths, in order."""
    return await ask_library(lambda library, paths: library.passages(documents, paths=paths))


async def passages_of_part(part: Part) -> list[dict[str, Any]]:
    """The passages of a part, numbered from 1 on."""
    return numbered(await _read(part["spans"]))


async def numbered_passages(parts: Sequence[Part], wanted: Sequence[int]) -> list[dict[str, Any]]:
    """The passages with these numbers (those of the parts numbered through), numbered from 1 on in this order."""
    places = _places(parts)
    spans = [PassageRange(path=path, first=at, last=at) for path, at in (places[number] for number in wanted)]
    return numbered(await _read(spans))


def numbered(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """Passages as a search returns them."""
    return [{"n": number, **asdict(passage)} for number, passage in enumerate(passages, 1)]


def cited_numbers(text: str, parts: Sequence[Part]) -> list[int]:
    """The numbers in a text's marks that are those of passages, each once, as they come."""
    places = _places(parts)
    return [number for number in dict.fromkeys(n for mark in marks(text) for n in mark.numbers) if number in places]


def renumbered(text: str, numbers: dict[int, int]) -> str:
    """`text` with other numbers in its marks; a mark that names none of them is left out."""
    said: list[str] = []
    at = 0
    for mark in marks(text):
        known = [str(numbers[number]) for number in mark.numbers if number in numbers]
        said += [text[at : mark.start], f"[{', '.join(known)}]" if known else ""]
        at = mark.end
    return "".join([*said, text[at:]])


def _places(parts: Sequence[Part]) -> dict[int, tuple[str, int]]:
    """Where each passage stands: its document's path and its position there, by its number."""
    return {
        number: place
        for part in parts
        for number, place in enumerate(
            ((span["path"], at) for span in part["spans"] for at in range(span["first"], span["last"] + 1)),
            part["first_number"],
        )
    }


async def _read(spans: Sequence[PassageRange]) -> list[Passage]:
    of_document: dict[str, list[Passage]] = defaultdict(list)
    paths = list(dict.fromkeys(span["path"] for span in spans))
    for path, found in groupby(await passages_in(paths), key=lambda passage: passage.path):
        of_document[path] += found
    return [passage for span in spans for passage in of_document[span["path"]][span["first"] : span["last"] + 1]]
