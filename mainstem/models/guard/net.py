"""Patterns that are looked for together: where something begins, and where something could still begin or go on."""

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, cast

import regex

from .kinds.kind import CONTEXT, FIRST_DIGIT, OPEN_NUMBER, Kind

_BEYOND = 16
"""Characters that a pattern may look at behind what it finds."""

BEHIND = 16
"""Characters that a kind's `behind` may find."""


_DIGITS = re.compile(r"[0-9]+")


class PatternTimeout(ValueError):
    """A pattern of the user's took too long: the text is not shown."""


class Net:
    """Kinds that are looked for in the same words or at the same places."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self.kinds = tuple(kinds)
        first = self.kinds[0]
        self._word = _compiled(first.word)
        # of `re`, marks are no letters, and with one of them a thing may begin
        self._start = regex.compile(first.start) if first.start and r"[\w" in first.start else _compiled(first.start)
        self._behind = _compiled("|".join(first.behind) or None)
        self.lead = max((kind.lead for kind in self.kinds if kind.lead is not None), default=None)
        """How many characters may stand before the first digit; None: they need none."""
        self._is_solid = bool(first.word or first.behind)
        lengths = [kind.longest for kind in kinds]
        self._longest = None if None in lengths else max(length or 0 for length in lengths) + _BEYOND
        self._timeout = first.timeout
        self.trigger = _trigger(self.kinds)
        """A pattern without which nothing of these is there, but for what a text may end with; None: there is none."""
        self._trigger = _compiled(self.trigger)

    @cached_property
    def _any(self) -> Any:
        return regex.compile(f"(?:{self._union})")

    @cached_property
    def _open(self) -> Any:
        # `regex` prefers a whole match to a partial one that begins before it: behind this, none is whole
        return regex.compile(rf"(?:{self._union})\Z\x00")

    @cached_property
    def _each(self) -> list[tuple[Kind, Any]]:
        return [(kind, regex.compile(_grouped(kind))) for kind in self.kinds]

    @cached_property
    def _each_open(self) -> list[tuple[Kind, Any]]:
        return [(kind, regex.compile(rf"{_grouped(kind)}\Z\x00")) for kind in self.kinds]

    def compile(self) -> None:
        """Compile what is asked of any text that is looked through."""
        _ = self._any, self._open

    @property
    def _union(self) -> str:
        return "|".join(map(_grouped, self.kinds))

    def begins(self, text: str, at: int) -> int | None:
        """The first place from `at` on where a pattern finds something, as the text is now."""
        if self._start is None and self._behind is None:
            match = self._asked(self._any.search, text, at)
            return match.start() if match else None
        if self.is_quiet(text, at):
            return None
        finds = self._any.match
        return next((place for place in self._likely_places(text, at) if finds(text, place)), None)

    def is_quiet(self, text: str, at: int) -> bool:
        """Whether nothing of these begins from `at` on, but for what the text may end with."""
        if self._trigger is None:
            return False
        return not self._trigger.search(text, max(0, at - BEHIND) if self._behind else word_start(text, at))

    def opens(self, text: str, at: int) -> int:
        """The first place from `at` on of which what follows the text can still change the verdict; else its end."""
        if self._is_solid:
            at = max(at, word_start(text, len(text)))
        elif self._longest is not None:
            at = max(at, len(text) - self._longest)
        if self._start is None and self._behind is None:
            return self._asked(self._open.search, text, at, partial=True).start()
        finds = self._open.match
        return next((place for place in self._open_places(text, at) if finds(text, place, partial=True)), len(text))

    def _likely_places(self, text: str, at: int) -> Iterator[int]:
        """Where something can begin that is there already: in words, or near digits, of the right sort."""
        if self._word is not None:
            for word in self._word.finditer(text, word_start(text, at)):
                yield from self._places(text, max(at, word.start()), word.end())
        elif self.lead is not None:
            for digit in FIRST_DIGIT.finditer(text, at):
                yield from self._places(text, max(at, digit.start() - self.lead), digit.end())
                at = digit.end()
        else:
            yield from self._places(text, at)

    def _open_places(self, text: str, at: int) -> Iterator[int]:
        """Where something can begin of which what follows may still decide."""
        if self.lead is None:
            yield from self._places(text, at)
            return
        digits = _DIGITS.search(text, at)
        at = max(at, (digits.start() if digits else len(text)) - self.lead)
        yield from (place for place in self._places(text, at) if OPEN_NUMBER.match(text, place))

    def _places(self, text: str, at: int, end: int = sys.maxsize) -> Iterator[int]:
        """Where something can begin, from `at` on."""
        if self._start is not None:
            return (place.start() for place in self._start.finditer(text, at, end))
        behind = cast("re.Pattern[str]", self._behind)
        return (place.end() for place in behind.finditer(text, max(0, at - BEHIND), end) if place.end() >= at)

    def opens_here(self, text: str, at: int) -> Kind | None:
        """The first kind of which `opens` speaks, at one place."""
        for kind, still_open in self._each_open:
            if self._asked(still_open.match, text, at, partial=True):
                return kind
        # `regex` says of some that they are open together and of none that it is alone
        return self.kinds[0] if self._asked(self._open.match, text, at, partial=True) else None

    def found(self, text: str, at: int) -> tuple[int, Kind] | None:
        """Where the longest thing ends that begins at `at`, and what it is."""
        before = text[max(0, at - CONTEXT) : at]
        best: tuple[int, Kind] | None = None
        for kind, pattern in self._each:
            match = self._asked(pattern.match, text, at)
            length = kind.check(match.group(), before) if match and match.end() > at else 0
            if length and (best is None or at + length > best[0]):
                best = at + length, kind
        return best

    def _asked(self, question: Any, text: str, at: int, **options: Any) -> Any:
        if self._timeout is None:
            return question(text, at, **options)
        try:
            return question(text, at, timeout=self._timeout, concurrent=False, **options)
        except TimeoutError:
            raise PatternTimeout(
                f"Your pattern {self.kinds[0].pattern!r} takes longer than {self._timeout:g} s. Simplify it: a text "
                "that it cannot be looked for in is not shown."
            ) from None


def _trigger(kinds: Sequence[Kind]) -> str | None:
    found = {
        FIRST_DIGIT.pattern if kind.lead is not None else kind.trigger or "|".join(kind.behind) or None
        for kind in kinds
    }
    return None if None in found else "|".join(sorted(map(str, found)))


def _grouped(kind: Kind) -> str:
    return f"(?:{kind.pattern})"


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return None if pattern is None else re.compile(pattern)


def word_start(text: str, at: int) -> int:
    """Where the word begins that ends at a place."""
    return max(text.rfind(" ", 0, at), text.rfind("\n", 0, at)) + 1
