"""Misspelt words by which something is asked of a table: no document need hold *average* for *averge* to mean it."""

from collections.abc import Iterable

from mainstem.models.extractive.lexicon import MEASURES, PHRASES

SHORTEST = 5
"""Letters of a word that is read as another one: shorter ones are near too many."""

_ASKING = sorted({word for phrase in PHRASES for word in phrase if len(word) >= SHORTEST} | MEASURES.keys())
_SHIFTS = ((1, 1), (1, 0), (0, 1))


def respelled(words: Iterable[str], names: Iterable[str] = ()) -> dict[str, str]:
    """For each of `words`, in lower case, the only word of the lexicon or of `names` that is one slip away."""
    known = sorted({*_ASKING, *names})
    found = {word.lower(): [other for other in known if is_one_slip(word.lower(), other)] for word in words}
    return {word: others[0] for word, others in found.items() if len(others) == 1}


def is_one_slip(word: str, other: str) -> bool:
    """Whether one letter is more, less, other or misplaced, behind the first one."""
    if min(len(word), len(other)) < SHORTEST or abs(len(word) - len(other)) > 1 or word[0] != other[0]:
        return False
    at = next((at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), None)
    if at is None:
        return len(word) != len(other)
    if at == len(word) - 1 == len(other) - 1:
        return False  # *publisher* is no slip of *published*
    swapped = word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    return swapped == other[at:] or any(word[at + more :] == other[at + less :] for more, less in _SHIFTS)
