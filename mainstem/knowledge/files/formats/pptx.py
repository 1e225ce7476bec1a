"""Presentations: slide by slide, its title, the words of its shapes from top to bottom, its tables and its notes."""

import posixpath
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element
from zipfile import BadZipFile, ZipFile

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats import archive, grid
from mainstem.knowledge.files.formats.extract import Extract, TextBuilder

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SHOW = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MAX_SLIDES = 5_000
_TITLES = ("title", "ctrTitle")
_MARGINS = ("sldNum", "dt", "ftr", "hdr", "sldImg")


def read(data: bytes, max_bytes: int) -> Extract:
    """The text of a .pptx file. Raises `Unreadable` when it is broken, or would unpack to twice `max_bytes`."""
    with archive.open_archive(data, "pptx", 2 * max_bytes) as parts:
        try:
            slides = list(_slides(parts))
            builder = TextBuilder()
            for number, name in enumerate(slides, 1):
                _add_slide(builder, parts, name, number)
        except (KeyError, BadZipFile) as error:
            raise Unreadable(f"a broken .pptx file ({error})") from error
    return builder.extract()


def _slides(parts: ZipFile) -> Iterator[str]:
    """The names of the slides' parts, in the order of the show."""
    root = "ppt/presentation.xml"
    related = _related(parts, root)
    for entry in list(_parsed(parts, root).iter(f"{_SHOW}sldId"))[:_MAX_SLIDES]:
        if name := related.get(entry.get(f"{_RELATIONS}id") or ""):
            yield name


def _related(parts: ZipFile, name: str, kind: str = "") -> dict[str, str]:
    """The parts that a part refers to, by the ids that it calls them by; those of a `kind` only."""
    folder, base = posixpath.split(name)
    listed = f"{folder}/_rels/{base}.rels"
    if listed not in parts.namelist():
        return {}
    return {
        each.get("Id") or "": _resolved(folder, each.get("Target") or "")
        for each in _parsed(parts, listed)
        if (each.get("Type") or "").endswith(kind) and each.get("TargetMode") != "External"
    }


def _resolved(folder: str, target: str) -> str:
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _parsed(parts: ZipFile, name: str) -> Element:
    return archive.parse_xml(parts.read(name), "pptx")


def _add_slide(builder: TextBuilder, parts: ZipFile, name: str, number: int) -> None:
    builder.page()
    shapes = sorted(_shapes(_parsed(parts, name)), key=lambda shape: (shape[0] not in _TITLES, *shape[1]))
    title = next((words for kind, _, words in shapes if kind in _TITLES and isinstance(words, str)), "")
    # the first title is the show's: *Budget* of which campaign is said by it alone
    builder.heading(1 if number == 1 else 2, title or f"Slide {number}")
    for kind, _, words in shapes:
        if isinstance(words, grid.Grid):
            grid.append_table(builder, words)
        elif kind not in _TITLES:
            builder.add(_items(words))
    for note in _related(parts, name, "/notesSlide").values():
        said = "\n".join(words for _, _, words in _shapes(_parsed(parts, note)) if isinstance(words, str))
        builder.add(f"Notes: {said}" if said else "")


def _shapes(slide: Element) -> Iterator[tuple[str, tuple[int, int], str | grid.Grid]]:
    """The shapes with words in them: which place of the layout they fill, where they stand, and the words or table."""
    for shape in _in_order(slide, f"{_SHOW}sp", f"{_SHOW}graphicFrame"):
        place = next(shape.iter(f"{_SHOW}ph"), None)
        kind = (place.get("type") or "body") if place is not None else ""
        at = next(shape.iter(f"{_DRAWING}off"), None)
        where = (_number(at.get("y")), _number(at.get("x"))) if at is not None else (0, 0)
        table = next(shape.iter(f"{_DRAWING}tbl"), None)
        if table is not None:
            yield kind, where, _table(table)
        elif kind not in _MARGINS and (words := _words(shape)):
            yield kind, where, words


def _in_order(element: Element, *tags: str) -> Iterator[Element]:
    return (each for each in element.iter() if each.tag in tags)


def _number(said: str | None) -> int:
    return int(said) if said and re.fullmatch(r"-?\d{1,15}", said) else 0


def _items(words: str) -> str:
    """Several paragraphs marked as items: on a slide they are no sentences that go on in the next line."""
    lines = words.split("\n")
    return "\n".join(f"- {line}" for line in lines) if len(lines) > 1 else words


def _words(shape: Element) -> str:
    """The paragraphs, a line each."""
    lines: list[str] = []
    for paragraph in shape.iter(f"{_DRAWING}p"):
        words = "".join(
            "\n" if part.tag == f"{_DRAWING}br" else part.text or ""
            for part in _in_order(paragraph, f"{_DRAWING}t", f"{_DRAWING}br")
        ).strip()
        if words:
            lines.append(words)
    return "\n".join(lines)


def _table(table: Element) -> grid.Grid:
    rows = [
        [_words(cell).replace("\n", " ") for cell in row.iter(f"{_DRAWING}tc")] for row in table.iter(f"{_DRAWING}tr")
    ]
    settings = next(table.iter(f"{_DRAWING}tblPr"), None)
    return grid.grid(rows, 1 if settings is not None and settings.get("firstRow") == "1" and len(rows) > 1 else None)
