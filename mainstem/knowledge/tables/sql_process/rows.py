"""The rows of a result: the first ones written out, the others counted."""

from collections.abc import Callable
from typing import Any

from .values import MAX_CELL_CHARS, Room, jsonable

MAX_COUNTED = 1_000_000
"""Rows of a result up to which it is said how many there are; more of them are *more*."""

_COUNTED_AT_ONCE = 10_000

MAX_RESULT_CHARS = 1_000_000
"""A result ends with the row that reaches this size; no row is larger."""


def counted_rows(result: Any, taken: int) -> int | None:
    """How many rows there are in all, the one after those that were taken read already; None where they are many."""
    total = taken + 1
    while more := len(result.fetchmany(_COUNTED_AT_ONCE)):
        total += more
        if total > MAX_COUNTED:
            return None
    return total


def written_rows(result: Any, max_rows: int, write: Callable[[object], None]) -> tuple[int, bool, bool]:
    """Write the first rows; returns how many, whether there are more, and whether a value of them was cut."""
    taken, size, cut = 0, 0, False
    while (row := result.fetchone()) is not None:
        if taken == max_rows or size > MAX_RESULT_CHARS:
            return taken, True, cut
        left = MAX_RESULT_CHARS
        values: list[object] = []
        for value in row:
            room = Room(min(left, MAX_CELL_CHARS))
            values.append(jsonable(value, room))
            left, cut = left - room.used, cut or room.cut
        size, taken = size + MAX_RESULT_CHARS - left, taken + 1
        write(values)
    return taken, False, cut
