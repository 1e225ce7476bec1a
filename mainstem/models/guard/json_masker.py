"""Masking JSON that is still being written: inside of its strings, and so that it stays JSON."""

import json
import re

from .mask import BOUND, Mask
from .masker import Masker, Piece
from .placeholders import Placeholders

_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_INSIDE = re.compile(rf'"|{_HIGH}{_LOW}|\\u[0-9a-fA-F]{{4}}|\\[^u]|[^"\\]+|\\', re.DOTALL)
_BEGUN = re.compile(rf"\\(?:u[0-9a-fA-F]{{0,3}})?|{_HIGH}(?:\\(?:u[0-9a-fA-F]{{0,3}})?)?")
"""Of an escape, or of the two that make one character."""


class JsonMasker:
    """One JSON text, such as the arguments of a tool call. What is no JSON is masked as what it is.

    Strings are masked by what they say and not by how it is escaped; a number or word that is masked becomes a string.
    What is not masked stays as it was written.
    """

    def __init__(self, mask: Mask, placeholders: Placeholders | None = None, *, bound: int | None = BOUND) -> None:
        counted = placeholders or Placeholders()
        self._between = Masker(mask, counted, bound=bound)
        self._string = Masker(mask, counted, bound=bound)
        self._written: list[str] = []
        """Of each character of the string that is not decided yet, how it was written."""
        self._in_a_string = False
        self._escape = ""

    def push(self, text: str) -> str:
        """More of it; returns what may be shown now."""
        return self._read(text)

    def finish(self, text: str = "") -> str:
        """The last of it; returns the rest that may be shown. Afterwards it is a masker for another text."""
        shown = self._read(text)
        if self._in_a_string:
            shown += self._decode(self._escape, self._escape) + self._end_string()
        else:
            shown += self._end_between()
        self._in_a_string, self._escape = False, ""
        return shown

    def _read(self, text: str) -> str:
        text, self._escape = self._escape + text, ""
        shown: list[str] = []
        at = 0
        while at < len(text):
            read = self._read_inside if self._in_a_string else self._read_between
            at = read(text, at, shown)
        return "".join(shown)

    def _read_between(self, text: str, at: int, shown: list[str]) -> int:
        quote = text.find('"', at)
        end = quote if quote >= 0 else len(text)
        shown.append(_as_values(self._between.pieces(text[at:end])))
        if quote < 0:
            return end
        shown.append(self._end_between() + '"')
        self._in_a_string = True
        return quote + 1

    def _read_inside(self, text: str, at: int, shown: list[str]) -> int:
        part = _INSIDE.match(text, at)
        if part is None:
            raise AssertionError("every character is part of a string")
        if part[0][0] == "\\" and _BEGUN.fullmatch(text, at):
            self._escape = text[at:]
            return len(text)
        if part[0] == '"':
            shown.append(self._end_string() + '"')
            self._in_a_string = False
        elif part[0][0] == "\\":
            shown.append(self._decode(_said(part[0]), part[0]))
        else:
            shown.append(self._decode(part[0]))
        return part.end()

    def _decode(self, said: str, written: str | None = None) -> str:
        self._written += list(said) if written is None else [written][: len(said)]
        return self._as_written(self._string.pieces(said))

    def _end_string(self) -> str:
        return self._as_written(self._string.pieces("", last=True))

    def _end_between(self) -> str:
        return _as_values(self._between.pieces("", last=True))

    def _as_written(self, pieces: list[Piece]) -> str:
        shown: list[str] = []
        for piece in pieces:
            written = self._written[: len(piece.source)]
            del self._written[: len(piece.source)]
            shown.append("".join(written) if piece.shown == piece.source else piece.shown)
        return "".join(shown)


def _as_values(pieces: list[Piece]) -> str:
    return "".join(
        json.dumps(piece.shown) if piece.shown and piece.shown != piece.source else piece.shown for piece in pieces
    )


def _said(written: str) -> str:
    """The character that an escape stands for; what is no escape of JSON stands for itself."""
    try:
        return json.loads(f'"{written}"')
    except ValueError:
        return written[1:]
