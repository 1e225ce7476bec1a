"""How many at once: a gate that refuses the next one with a clear line."""

from collections.abc import Generator
from contextlib import contextmanager

from mainstem.stream.errors import MainstemError


class Full(MainstemError):
    """As many go on as the settings allow."""

    hint = "Try again when one has ended."


class Limiter:
    """Lets `most` in at once. `what`: their name, in the plural."""

    def __init__(self, most: int, what: str) -> None:
        self.most = most
        self.inside = 0
        self._what = what

    def check(self) -> None:
        """Raise `Full` when there is no room."""
        if self.inside >= self.most:
            raise Full(f"{self.inside} {self._what}, and this server allows no more.")

    @contextmanager
    def passed(self) -> Generator[None]:
        """Be one of those inside."""
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1
