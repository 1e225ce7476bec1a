"""Words as the default model sees them: pieces to stream, and stems to compare."""

import re

from mainstem.stores.knowledge.stop_words import STOP_WORDS

_PIECE = re.compile(r"\S+\s*|\s+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDINGS = ("ization", "ation", "ingly", "ement", "ness", "ment", "ing", "ion", "ed", "ly", "er", "e")
_SHORTEST_STEM = 3
_PLURAL = re.compile(r"(?<=[sxz])es$|(?<=[cs]h)es$|(?<=[^siu])s$")


def pieces(text: str) -> list[str]:
    """`text` cut word by word, each with the white space that follows it; joined they are `text` again."""
    return _PIECE.findall(text)


def stem(word: str) -> str:
    """A crude stem: enough for *indexing*, *indexed* and *indexes* to be the same word."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if word.endswith("ies") and len(word) > _SHORTEST_STEM + 1:
        return word[:-3] + "y"
    if len(word) > _SHORTEST_STEM:
        word = _PLURAL.sub("", word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def words(text: str) -> list[str]:
    """The words and numbers of `text`, as written."""
    return _WORD.findall(text)


def stems(text: str) -> list[str]:
    """The stems of the words of `text` that carry content, in order, with repetitions."""
    return [stem(word) for word in words(text) if word.lower() not in STOP_WORDS]
