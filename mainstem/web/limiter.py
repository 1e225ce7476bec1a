"""How many at once: a limit that refuses the next one with a clear line."""

from collections.abc import Generator
from contextlib import contextmanager

from mainstem.stream.errors import MainstemError


class LimitReached(MainstemError):
    """As many go on as the settings allow."""

    hint = "Try again when one has ended."


class Limiter:
    """Lets `max_inside` in at once. `what`: their name, in the plural."""

    def __init__(self, max_inside: int, what: str) -> None:
        self.max_inside = max_inside
        self.inside = 0
        self._what = what

    def check(self) -> None:
        """Raise `LimitReached` when there is no room."""
        if self.inside >= self.max_inside:
            raise LimitReached(f"{self.inside} {self._what}, and this server allows no more.")

    @contextmanager
    def passed(self) -> Generator[None]:
        """Be one of those inside."""
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1
