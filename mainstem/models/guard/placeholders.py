"""What stands for what was masked: the same placeholder for the same thing, as long as they are counted together."""

import re
import secrets
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b

from .kinds.kind import Kind

_KEY = secrets.token_bytes(32)  # what is remembered of a secret tells nothing about it outside of this process
_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z0-9_]*)_([0-9]{1,9})\]")


@dataclass
class _Numbers:
    given: dict[tuple[str, bytes], int] = field(default_factory=dict[tuple[str, bytes], int])
    last: Counter[str] = field(default_factory=Counter[str])


class Placeholders:
    """Gives `[EMAIL_1]`, `[EMAIL_2]` and so on; `counts` is how often something of each kind was masked."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self.counts: Counter[str] = Counter()

    def sharing(self) -> "Placeholders":
        """Others with the same numbers, and counts of their own."""
        others = Placeholders()
        others._numbers = self._numbers
        return others

    def taking_over(self) -> "Placeholders":
        """The same, and what was counted so far is counted by them."""
        others = self.sharing()
        others.counts, self.counts = self.counts, Counter()
        return others

    def of(self, kind: Kind, written: str) -> str:
        """The placeholder of what was written; blanks, signs and capitals make no difference."""
        self.counts[kind.name] += 1
        given, last = self._numbers.given, self._numbers.last
        key = kind.name, _digest(written)
        if key not in given:
            last[kind.name] += 1
            given[key] = last[kind.name]
        return f"[{kind.name.upper()}_{given[key]}]"

    def keep_clear_of(self, text: str) -> None:
        """Give no number again that stands in `text`: what an earlier process masked has another meaning."""
        if "[" in text:
            for name, number in _PLACEHOLDER.findall(text):
                self._numbers.last[name.lower()] = max(self._numbers.last[name.lower()], int(number))


def _digest(written: str) -> bytes:
    plain = "".join(sign for sign in written.casefold() if sign.isalnum())
    return blake2b((plain or written).encode("utf-8", "surrogatepass"), digest_size=16, key=_KEY).digest()
