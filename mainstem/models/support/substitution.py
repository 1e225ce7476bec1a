"""Whether a sentence quotes its passage with one thing in the place of another.

*The ferry was built in 2011* beside *The ferry was built in 1998 and rebuilt in 2011*: every word is in the passage,
and the passage says something else in that place.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from ..stemming import stems
from .terms import Layout, lay_out
from .vocabulary import listed

LONGER = 3
"""Words by which what was replaced may be longer than what replaces it."""

_STANDING_FOR = listed(
    """it he she they him his her its their them this that these those who which we i there here such one"""
)
"""Words that stand for others, or point at them: who says *the ferry* for *it* replaces nothing."""


class _Change(NamedTuple):
    """Words of the sentence, by their first place and the one behind the last, in the place of words of the passage."""

    new: tuple[int, int]
    old: tuple[int, int]


def substituted(sentence: str, passage: str, question: str = "") -> bool:
    """Whether the nearest sentence of `passage` has another thing of the same kind in one place of `sentence`.

    What `question` calls so itself may be called so again.
    """
    said, there = lay_out(sentence), lay_out(passage)
    known = frozenset(filter(None, said.stems))
    asked = frozenset(stems(question))
    changes = _changes(said, there, *_nearest(there, known))
    return any(_replaces(said, there, change, known, asked) for change in changes)


def _nearest(there: Layout, known: frozenset[str]) -> tuple[int, int]:
    """Where the sentence stands that shares most stems with `known`: its first place, and the one behind its last."""
    shared: dict[int, set[str]] = {0: set()}
    for place, each in enumerate(there.stems):
        shared.setdefault(there.sentence[place], set()).update({each} & known)
    nearest = max(shared, key=lambda number: len(shared[number]))
    places = [place for place, number in enumerate(there.sentence) if number == nearest]
    return (places[0], places[-1] + 1) if places else (0, 0)


def _changes(said: Layout, there: Layout, first: int, last: int) -> Iterator[_Change]:
    """What is replaced between words that are the same, or at an end."""
    steps = SequenceMatcher(None, there.lower[first:last], said.lower, autojunk=False).get_opcodes()
    for number, (what, old, old_end, new, new_end) in enumerate(steps):
        beside = [*steps[max(0, number - 1) : number], *steps[number + 1 : number + 2]]
        if what == "replace" and all(step[0] == "equal" for step in beside):
            yield _Change((new, new_end), (first + old, first + old_end))


def _replaces(said: Layout, there: Layout, change: _Change, known: frozenset[str], asked: frozenset[str]) -> bool:
    new, old = said.content(*change.new), there.content(*change.old)
    if new <= asked or not old or old & known or not all(there.form(word) for word in new):
        return False
    if change.old[1] - change.old[0] > LONGER + change.new[1] - change.new[0]:
        return False
    kinds, others = said.kinds(*change.new), there.kinds(*change.old)
    if kinds or others:
        return bool(kinds & others)
    return there.lower[change.old[0]] not in _STANDING_FOR
