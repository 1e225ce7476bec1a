"""What stands for what was masked: the same placeholder for the same thing, as long as they are counted together."""

import secrets
from collections import Counter
from hashlib import blake2b

from .kinds.kind import Kind

_KEY = secrets.token_bytes(32)  # what is remembered of a secret tells nothing about it outside of this process


class Placeholders:
    """Gives `[EMAIL_1]`, `[EMAIL_2]` and so on; `counts` is how often something of each kind was masked."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, bytes], int] = {}
        self._last: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def of(self, kind: Kind, written: str) -> str:
        """The placeholder of what was written; blanks, signs and capitals make no difference."""
        self.counts[kind.name] += 1
        key = kind.name, _digest(written)
        if key not in self._numbers:
            self._last[kind.name] += 1
            self._numbers[key] = self._last[kind.name]
        return f"[{kind.name.upper()}_{self._numbers[key]}]"


def _digest(written: str) -> bytes:
    plain = "".join(sign for sign in written.casefold() if sign.isalnum())
    return blake2b((plain or written).encode("utf-8", "surrogatepass"), digest_size=16, key=_KEY).digest()
