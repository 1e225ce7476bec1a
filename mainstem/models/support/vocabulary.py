"""Lists of words, written as words."""


def listed(words: str) -> frozenset[str]:
    """The words of a text that are set apart by white space."""
    return frozenset(words.split())
