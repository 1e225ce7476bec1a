"""Masking a text that is still being written: what may be shown is shown at once, and nothing else ever.

Whether something begins at a place is decided as soon as nothing that may follow can change it. Until then the text is
held back from there on. What is decided depends on the text alone and not on how it was cut, so that the stream is the
masked whole. A whole text is masked by the same steps.

What is held back is bounded. Where something could still begin `bound` characters after its place, its placeholder is
shown and the text is left out, until whatever was possible at the bound has ended; that is looked at after fixed
numbers of characters.
"""

from dataclasses import dataclass
from typing import NamedTuple

from .kinds.kind import CONTEXT, Kind
from .kinds.plain import plain
from .mask import BOUND, Mask
from .placeholders import Placeholders

_BEFORE = "\n" * CONTEXT

_STEPS = 8
"""How often what is left out is looked at, in so many characters as the bound has."""

_MOST = 16
"""Bounds after which what is left out has no end any more: memory has one."""


class Piece(NamedTuple):
    """A part of the text that is decided."""

    source: str
    """As it was written."""
    shown: str
    """What stands for it: the same, or a placeholder, or nothing."""


class Masker:
    """One text, from its beginning to its end. With `bound=None`, it is held back however long that takes."""

    def __init__(self, mask: Mask, placeholders: Placeholders | None = None, *, bound: int | None = BOUND) -> None:
        self._mask = mask
        self._placeholders = placeholders or Placeholders()
        self._bound = bound
        self._begin()

    def _begin(self) -> None:
        # blanks stand before it: where a text has no beginning, nothing can be open to the left
        self._text = _BEFORE  # in the form in which things are looked for
        self._written = self._text
        self._at = CONTEXT
        self._left_out: _LeftOut | None = None
        self._is_open = False  # whether all that is left may be what was looked for

    @property
    def held(self) -> str:
        """What is held back."""
        return self._written[self._at :]

    def push(self, text: str) -> str:
        """More of the text; returns what may be shown now."""
        shown = self._as_prose(text)
        return "".join(piece.shown for piece in self.pieces(text)) if shown is None else shown

    def finish(self, text: str = "") -> str:
        """The last of the text; returns the rest that may be shown. Afterwards it is a masker for another text."""
        whole = self._bound == BOUND and self._text == _BEFORE and self._left_out is None
        if whole and self._mask.clear.knows(text):
            return text
        shown = "".join(piece.shown for piece in self.pieces(text, last=True))
        if whole and shown == text:
            self._mask.clear.add(text)
        return shown

    def pieces(self, text: str, *, last: bool = False) -> list[Piece]:
        """More of the text, and what is decided by it, in order."""
        self._text += plain(text)
        self._written += text
        decided = self._without_looking(last=last)
        while self._at < len(self._text) and not self._is_open and (some := self._decide(last=last)):
            decided += some
        begin, self._at = self._at - CONTEXT, CONTEXT
        self._text, self._written = self._text[begin:], self._written[begin:]
        if last:
            self._begin()
        return decided

    def _as_prose(self, text: str) -> str | None:
        """What is decided by more of the text where that is prose; None: it is none."""
        looked_at, at = self._text + plain(text), self._at
        if self._left_out or (self._bound is not None and len(looked_at) > at + self._bound):
            return None
        undecided = self._mask.undecided(looked_at, at)
        if undecided is None:
            return None
        begin, self._at = undecided - CONTEXT, CONTEXT
        written = self._written + text
        self._text, self._written = looked_at[begin:], written[begin:]
        return written[at:undecided]

    def _without_looking(self, *, last: bool) -> list[Piece]:
        """What nothing can begin in is decided by one look for what all of them have."""
        self._is_open = False
        if self._left_out or (self._bound is not None and len(self._text) > self._at + self._bound):
            return []
        end = self._mask.quiet_until(self._text, self._at)
        if end == len(self._text) and not last:
            end = self._mask.opens_quietly(self._text, self._at)
            self._is_open = True
        return [self._take(end)] if end > self._at else []

    def _decide(self, *, last: bool) -> list[Piece]:
        if self._left_out:
            return self._leave_out(self._left_out, last=last)
        window, ended, full = self._window(self._bound, last=last)
        undecided = len(window) if ended else self._mask.opens(window, self._at)
        start, end, kind = self._mask.first(window, self._at, undecided) or (undecided, undecided, None)
        if kind:
            end = self._mask.covered(window, start, end)
        decided = [self._take(start)] if start > self._at else []
        if kind and end <= undecided:
            shown = self._placeholders.of(kind, window[start:end])
            return [*decided, Piece(self._take(end).source, shown)]
        if decided or not full:
            return decided
        return [self._begin_leaving_out(window, kind)]

    def _window(self, reach: int | None, *, last: bool) -> tuple[str, bool, bool]:
        """So much of the text as is looked at, whether the text ends there, and whether there is more of it."""
        if reach is None or len(self._text) <= self._at + reach:
            return self._text, last, False
        return self._text[: self._at + reach], False, True

    def _take(self, end: int) -> Piece:
        source = self._written[self._at : end]
        self._at = end
        return Piece(source, source)

    def _begin_leaving_out(self, window: str, kind: Kind | None) -> Piece:
        found = kind or self._mask.opens_here(window, self._at)
        if found is None or self._bound is None:
            raise AssertionError("a place that is undecided has a kind that it could become")
        self._left_out = _LeftOut(self._bound, self._bound + self._step)
        return Piece("", self._placeholders.of(found, window[self._at :]))

    def _leave_out(self, left_out: "_LeftOut", *, last: bool) -> list[Piece]:
        """Show nothing of the text until what was possible at the bound has ended."""
        while not left_out.for_good:
            window, ended, full = self._window(left_out.reach, last=last)
            if not (ended or full):
                return []
            undecided = len(window) if ended else self._mask.opens(window, self._at)
            end = self._at + left_out.least
            if undecided >= end and (end := self._mask.covered(window, self._at, end)) <= undecided:
                self._left_out = None
                return [Piece(self._take(end).source, "")]
            left_out.reach += self._step
            left_out.for_good = left_out.reach > _MOST * left_out.least
        return [Piece(self._take(len(self._text)).source, "")]

    @property
    def _step(self) -> int:
        return max(1, (self._bound or 0) // _STEPS)


@dataclass(slots=True)
class _LeftOut:
    """What is left out, from its first character on."""

    least: int
    """So many characters, at least."""
    reach: int
    """So many are there when it is looked at next."""
    for_good: bool = False
    """It was too much: nothing more of this text is shown."""
