"""The turns of a script in play: which comes next."""

import re
import threading
from collections.abc import Sequence
from typing import Generic, TypeVar

from mainstem.models.errors import ScriptError
from mainstem.models.scripted.script import Turn

T = TypeVar("T", bound=Turn)


class TurnQueue(Generic[T]):
    """Deals turns, each once and in order, passing over those whose `when` does not match; safe across threads."""

    def __init__(self, turns: Sequence[T], *, repeat: bool = False, name: str = "script") -> None:
        self._turns = list(turns)
        self._repeat = repeat
        self._name = name
        self._played: set[int] = set()
        self._lock = threading.Lock()

    def restart(self) -> None:
        """Forget what was played."""
        with self._lock:
            self._played.clear()

    def next(self, said: str) -> T:
        """The first turn not yet played that fits what the human said last. Raises `ScriptError` when none is left."""
        with self._lock:
            turn = self._deal(said)
            if turn is None and self._repeat:
                self._played.clear()
                turn = self._deal(said)
            if turn is not None:
                return turn
            raise ScriptError(
                f"{self._name}: no turn is left for this call ({len(self._played)} of {len(self._turns)} played). "
                'Add a turn to the script, or set "repeat": true.'
            )

    def _deal(self, said: str) -> T | None:
        for number, turn in enumerate(self._turns):
            if number not in self._played and (turn.when is None or re.search(turn.when, said, re.IGNORECASE)):
                self._played.add(number)
                return turn
        return None
