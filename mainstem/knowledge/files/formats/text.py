"""Text files: Markdown, reStructuredText and plain text, in whichever encoding they come."""

import codecs
import re

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats import markdown_tables
from mainstem.knowledge.files.formats.extract import Extract, Heading

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b\x08"))

# Both begin with a newline, which the engine finds fast; they are put to the text with one in front, so that
# where a match begins is where its line begins in the text itself.
# A fence is matched so that what looks like a heading inside of it is passed over.
_MARKDOWN = re.compile(
    r"\n(?:[ \t]*+(?P<fence>`{3,}+(?![^\n]*`)|~{3,}+)(?s:.*?)(?:\n[ \t]*(?P=fence)|\Z)"
    r"|[ ]{0,3}(?P<marks>\#{1,6})[ \t]+(?P<title>[^\n]*)"
    r"|(?P<under>={3,}|-{3,})[ \t]*(?=\n|\Z))"
)
_UNDERLINED = re.compile(r"\n(?P<under>([=\-~^\"'`#*+:_.])\2{2,})[ \t]*(?=\n|\Z)")
# The title among the fields that a document begins with ("---" or not).
_TITLE_FIELD = re.compile(
    r"\A(?:---[ \t]*\n)?(?:[A-Za-z][\w-]*+:[^\n]*+\n|[ \t]++[^\n]*+\n){0,20}?[Tt]itle:[ \t]*([^\n]+)"
)
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|\s*\{\s*[#.:][^}]*\}|</?[A-Za-z][^>]*>|[`*]+|\s*#+\s*$")
_MAX_TITLE = 300
_WORD = re.compile(r"[^\W_]")
_MARKED = re.compile(r"[\[{<`*#]")


def decode(data: bytes) -> str:
    """`data` as text: by its byte order mark, else UTF-8, else Windows-1252, else Latin-1.

    Raises `Unreadable` for what is not text at all.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return _unified(data.decode(encoding))
            except UnicodeDecodeError as error:
                raise Unreadable(f"it is marked as {encoding} but does not decode ({error.reason})") from error
    if len(data) - len(data.translate(None, _CONTROLS)) > len(data) // 100:
        raise Unreadable("not a text file (it holds binary data)")
    for encoding in ("utf-8", "cp1252"):
        try:
            return _unified(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return _unified(data.decode("latin-1"))


def read(data: bytes, kind: str) -> Extract:
    """The text of a Markdown (`md`, `mdx`), reStructuredText (`rst`) or plain (`txt`) file."""
    text = decode(data)
    headings = _markdown_headings(text) if kind in ("md", "mdx") else _underlined_headings(text)
    if field := _TITLE_FIELD.match(text):
        end = text.find("\n---", field.end()) if text.startswith("---") else field.end()
        headings = [heading for heading in headings if heading.start > end]
        headings.insert(0, Heading(0, 0, clean(field[1].strip(" \t'\""))))
    tables = markdown_tables.tables(text) if kind in ("md", "mdx") else []
    return Extract(text, headings, lines=True, tables=tables)


def clean(title: str) -> str:
    """A heading's words without markup, cut where no heading is that long."""
    title = title[:_MAX_TITLE]
    return (_MARKUP.sub(r"\1", title) if _MARKED.search(title) else title).strip()


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ") if "\r" in text or "\0" in text else text


def _markdown_headings(text: str) -> list[Heading]:
    headings: list[Heading] = []
    for match in _MARKDOWN.finditer("\n" + text):
        if marks := match["marks"]:
            headings.append(Heading(match.start(), len(marks), clean(match["title"])))
        elif under := match["under"]:
            start, over = _line_before(text, match.start())
            if over and over[0] not in " \t|>#-*+":
                headings.append(Heading(start, 1 if under[0] == "=" else 2, clean(over)))
    return headings


def _underlined_headings(text: str) -> list[Heading]:
    """Titles over a line of punctuation; the order in which the characters first appear gives the levels."""
    levels: dict[str, int] = {}
    headings: list[Heading] = []
    for match in _UNDERLINED.finditer("\n" + text):
        start, over = _line_before(text, match.start())
        under = match["under"]
        if len(under) >= len(over) - 2 and _WORD.search(over):
            headings.append(Heading(start, levels.setdefault(under[0], len(levels) + 1), clean(over)))
    return headings


def _line_before(text: str, start: int) -> tuple[int, str]:
    """Where the line before the one at `start` begins, and its words."""
    begin = text.rfind("\n", 0, max(start - 1, 0)) + 1
    return begin, text[begin:start].rstrip()
