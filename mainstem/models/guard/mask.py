"""A mask: which kinds of things are masked, and where in a text they are."""

from collections.abc import Iterable
from functools import cache, cached_property

from .clear_texts import ClearTexts
from .kinds.kind import Kind
from .net import Net

BOUND = 8192
"""Characters that are held back at most; what could still be something then is masked until it has ended."""


class Mask:
    """Some kinds, to be looked for together. `mask_of` makes it from their names."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self.kinds = tuple(kinds)
        self.clear = ClearTexts()
        """Those in which it found nothing."""

    @cached_property
    def _nets(self) -> tuple[Net, ...]:
        nets: dict[object, list[Kind]] = {}
        for kind in self.kinds:
            place = kind.word, kind.start, kind.behind, kind.lead is None
            nets.setdefault(place if any(place[:3]) else kind, []).append(kind)
        return tuple(Net(kinds) for kinds in nets.values())

    def opens(self, text: str, at: int) -> int:
        """The first place from `at` on that what follows may still decide about; the text's end where there is none."""
        return min((net.opens(text, at) for net in self._nets), default=len(text))

    def opens_here(self, text: str, at: int) -> Kind | None:
        """A kind that what begins at `at` could still become."""
        return next((kind for net in self._nets if (kind := net.opens_here(text, at))), None)

    def first(self, text: str, at: int, until: int) -> tuple[int, int, Kind] | None:
        """The first thing that begins in `[at, until)`: from where to where, and what it is."""
        while (start := self._begins(text, at)) is not None and start < until:
            if found := self._found(text, start):
                return start, *found
            at = start + 1
        return None

    def covered(self, text: str, start: int, end: int) -> int:
        """Where what begins in `[start, end)` ends, and what begins within that, and so on."""
        while (found := self.first(text, start, end)) is not None:
            start, end = found[0] + 1, max(end, found[1])
        return end

    def _begins(self, text: str, at: int) -> int | None:
        return min((place for net in self._nets if (place := net.begins(text, at)) is not None), default=None)

    def _found(self, text: str, at: int) -> tuple[int, Kind] | None:
        found = [one for net in self._nets if (one := net.found(text, at))]
        return max(found, key=lambda one: one[0]) if found else None


@cache
def mask_of_kinds(kinds: tuple[Kind, ...]) -> Mask:
    """The mask of these kinds; the same kinds give the same mask, so that patterns are compiled once."""
    return Mask(kinds)
