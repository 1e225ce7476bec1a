"""Forms of one word (*sails*, *sailed*), apart from other words of the same stem (*product*, *production*)."""

from collections.abc import Set

_ENDINGS = ("ing", "ed", "es", "s")
_SHORTEST = 3


def has_form_of(word: str, words: Set[str]) -> bool:
    """Whether a form of `word` is among `words`, all in lower case."""
    bare = _bare(word)
    return word in words or any(_bare(other) == bare for other in words if other.startswith(bare[:_SHORTEST]))


def _bare(word: str) -> str:
    """The word without the ending of a plural or of a verb's form."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    if word.endswith("e") and len(word) > _SHORTEST:
        word = word[:-1]
    if len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") else word
