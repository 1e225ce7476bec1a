"""Texts in which nothing was found to mask: a thread's messages and what a search finds come again with every turn."""

from hashlib import blake2b

MOST = 4096
"""Texts that are known at once."""


class ClearTexts:
    """Knows texts by their digests, and none of their words. It forgets all when there are too many."""

    def __init__(self) -> None:
        self._digests: set[bytes] = set()

    def knows(self, text: str) -> bool:
        """Whether `text` was added."""
        return _digest(text) in self._digests

    def add(self, text: str) -> None:
        """Know it from now on."""
        if len(self._digests) >= MOST:
            self._digests = set()
        self._digests.add(_digest(text))


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
