"""Prose: words of letters, in which only the last one may become something. One look decides most of what is said."""

import re
from collections.abc import Iterable

from .kinds.kind import ANY_WORD, NO_WORD, Kind

_SMALL, _CAPITAL = "[a-zß-öø-ÿ]", "[A-ZÀ-ÖØ-Þ]"
_NUMBER = r"(?<=[ \n])[0-9]{1,4}(?:[.,][0-9]{1,2})?[,;!?]?[ \n](?=[a-z]{2})"  # too short for any, and it is over
_JOINED = r"(?<=[a-z])'(?=[a-z])|(?<=[a-z])-(?=[a-z]{1,9}(?![\w-]))"
_BESIDE = r"[\"(](?=[a-z])|(?<=[a-z])[\")]"
_SOME = rf"(?:[a-zß-öø-ÿ ]++|{_CAPITAL}(?= ?{_SMALL})|[,;!?\n]|\.(?=[ \n]|\Z)|{_JOINED}|{_BESIDE}|{_NUMBER})*+\Z"


class Prose:
    """What some kinds leave of prose to be decided later.

    Its words are of letters, no two of them capitals; its numbers have six digits at most, and are over. No
    kind finds anything in that, and something could begin only with the last word.
    """

    def __init__(self, kinds: Iterable[Kind]) -> None:
        kinds = tuple(kinds)
        openings = {kind.opening for kind in kinds}
        self._is_known = None not in openings
        self._holds = ANY_WORD in openings
        before = "".join(f"(?<!{behind})" for behind in sorted({each for kind in kinds for each in kind.behind}))
        opening = "|".join(sorted(filter(None, openings))) or NO_WORD
        word = rf"{_CAPITAL}?{_SMALL}{{0,24}}(?:['-]{_SMALL}{{1,24}})*"
        last = word if self._holds else rf"(?!{opening})[A-Z]?[a-z]{{0,24}}"
        self._prose = re.compile(before + _SOME)
        self._last = re.compile(rf"(?:\S*[,;!?\"()])?{before}({last}\.?)\Z")

    def undecided(self, text: str, at: int) -> int | None:
        """From where on a text is undecided that is prose from `at` on; None: it must be looked through."""
        if not (self._is_known and self._prose.match(text, at)):
            return None
        last = self._last.match(text, max(at, text.rfind(" ", at) + 1, text.rfind("\n", at) + 1))
        if last is None:
            return None
        return last.start(1) if self._holds else len(text)
