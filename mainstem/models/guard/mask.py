"""A mask: which kinds of things are masked, and where in a text they are."""

import re
from collections.abc import Iterable
from functools import cache, cached_property

from .clear_texts import ClearTexts
from .kinds.kind import ANY_WORD, Kind
from .net import BEHIND, Net, word_start
from .prose import Prose

BOUND = 8192
"""Characters that are held back at most; what could still be something then is masked until it has ended."""


_QUIET_END = 40
"""Characters that can be open, at most, of a text that has no trigger, beside its last word."""


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

    def compile(self) -> None:
        """Compile its patterns: it takes longer than a word may, and so is done before the first one."""
        _ = self._prose, self._triggers
        for net in self._nets:
            net.compile()

    @cached_property
    def _likely_open(self) -> tuple[Net, ...]:
        return tuple(sorted(self._nets, key=lambda net: net.kinds[0].opening != ANY_WORD))

    @cached_property
    def _most_lead(self) -> int:
        return max((net.lead or 0 for net in self._nets), default=0)

    @cached_property
    def _prose(self) -> Prose:
        return Prose(self.kinds)

    @cached_property
    def _triggers(self) -> tuple[re.Pattern[str], ...]:
        """One for each: together they would be looked for more slowly. None, where some have no trigger."""
        found = dict.fromkeys(net.trigger for net in self._nets)
        return () if None in found else tuple(re.compile(str(each)) for each in found)

    def quiet_until(self, text: str, at: int) -> int:
        """Up to where nothing can begin from `at` on; the text's end where only what it ends with may be open."""
        if not self._triggers:
            return at
        begin, first = max(0, min(word_start(text, at), at - BEHIND)), len(text)
        for trigger in self._triggers:
            if found := trigger.search(text, begin):
                first = min(first, found.start())
        if first == len(text):
            return first
        return max(at, min(word_start(text, first), first - self._most_lead))

    def undecided(self, text: str, at: int) -> int | None:
        """From where on a text is undecided that is prose from `at` on; None: it must be looked through."""
        return self._prose.undecided(text, at)

    def opens_quietly(self, text: str, at: int) -> int:
        """`opens`, of a text that is quiet from `at` on: of such a one, only the end can be open."""
        end = max(at, word_start(text, max(0, len(text) - _QUIET_END)))
        found = self.undecided(text, end)
        return self.opens(text, at) if found is None else found

    def opens(self, text: str, at: int) -> int:
        """The first place from `at` on that what follows may still decide about; the text's end where there is none."""
        found = len(text)
        for net in self._likely_open:
            found = min(found, net.opens(text, at))
            if found == at:
                break  # no other can be before it
        return found

    def opens_here(self, text: str, at: int) -> Kind | None:
        """A kind that what begins at `at` could still become."""
        return next((kind for net in self._nets if (kind := net.opens_here(text, at))), None)

    def first(self, text: str, at: int, until: int) -> tuple[int, int, Kind] | None:
        """The first thing that begins in `[at, until)`: from where to where, and what it is."""
        begins = {net: place for net in self._nets if (place := net.begins(text, at)) is not None}
        while begins and (start := min(begins.values())) < until:
            here = [net for net, place in begins.items() if place == start]
            if found := [one for net in here if (one := net.found(text, start))]:
                return start, *max(found, key=lambda one: one[0])
            for net in here:
                if (place := net.begins(text, start + 1)) is None:
                    del begins[net]
                else:
                    begins[net] = place
        return None

    def covered(self, text: str, start: int, end: int) -> int:
        """Where what begins in `[start, end)` ends, and what begins within that, and so on."""
        while (found := self.first(text, start, end)) is not None:
            start, end = found[0] + 1, max(end, found[1])
        return end


@cache
def mask_of_kinds(kinds: tuple[Kind, ...]) -> Mask:
    """The mask of these kinds; the same kinds give the same mask, so that patterns are compiled once."""
    return Mask(kinds)
