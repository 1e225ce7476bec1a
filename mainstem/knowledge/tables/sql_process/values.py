"""Values of a result as JSON has them, long ones cut."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeVar, cast

T = TypeVar("T")

MAX_CELL_CHARS = 10_000
"""Longer values in a result are cut."""


class Room:
    """What one value may take, in characters; `cut` once something of it was left out."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.used = 0
        self.cut = False

    def take(self, text: str) -> str:
        """The text, or as much of it as there is room for."""
        left = max(self.size - self.used, 0)
        self.used += min(len(text), left)
        if len(text) <= left:
            return text
        self.cut = True
        return text[:left] + "…"

    def takes(self, size: int) -> bool:
        """Whether there is room for this many characters more."""
        self.used += size
        self.cut = self.cut or self.used > self.size
        return self.used <= self.size


def jsonable(value: object, room: Room) -> object:
    """A value as JSON has it; numbers that are none, such as infinity, are null."""
    match value:
        case Decimal():
            return jsonable(int(value) if value == value.to_integral_value() else float(value), room)
        case None | bool() | int() | float():
            known = not isinstance(value, float) or math.isfinite(value)
            return (value if known else None) if room.takes(8) else "…"
        case list() | tuple():
            return [jsonable(each, room) for each in _fitting(cast("Sequence[object]", value), room)]
        case dict():
            pairs = _fitting(cast("dict[object, object]", value).items(), room)
            return {room.take(str(key)): jsonable(each, room) for key, each in pairs}
        case _:
            return room.take(_text(value))


def _text(value: object) -> str:
    match value:
        case date() | datetime() | time():
            return value.isoformat()
        case bytes():
            return value[: MAX_CELL_CHARS // 2 + 1].hex()
        case _:
            return str(value)


def _fitting(values: Iterable[T], room: Room) -> Iterator[T]:
    for value in values:
        if not room.takes(2):
            return
        yield value
