"""Payment cards: the networks' numbers and lengths, and Luhn's check digit."""

import re

from .kind import NO_WORD, NUMBER, Kind

_NETWORKS: tuple[tuple[range, int, frozenset[int]], ...] = (
    # the first digits, how many they are, and how long such a number may be
    (range(4, 5), 1, frozenset({13, 16, 19})),
    (range(51, 56), 2, frozenset({16})),
    (range(2221, 2721), 4, frozenset({16})),
    (range(34, 35), 2, frozenset({15})),
    (range(37, 38), 2, frozenset({15})),
    (range(300, 306), 3, frozenset({14, 16})),
    (range(309, 310), 3, frozenset({14, 16})),
    (range(36, 37), 2, frozenset(range(14, 20))),
    (range(38, 40), 2, frozenset(range(14, 20))),
    (range(35, 36), 2, frozenset(range(16, 20))),
    (range(2131, 2132), 4, frozenset({15})),
    (range(1800, 1801), 4, frozenset({15})),
    (range(6011, 6012), 4, frozenset(range(16, 20))),
    (range(644, 660), 3, frozenset(range(16, 20))),
    (range(62, 63), 2, frozenset(range(16, 20))),
    (range(81, 82), 2, frozenset(range(16, 20))),
    (range(2200, 2205), 4, frozenset(range(16, 20))),
    (range(5018, 5019), 4, frozenset(range(12, 20))),
    (range(5020, 5021), 4, frozenset(range(12, 20))),
    (range(5038, 5039), 4, frozenset(range(12, 20))),
    (range(56, 60), 2, frozenset(range(12, 20))),
    (range(6304, 6305), 4, frozenset(range(12, 20))),
    (range(6759, 6764), 4, frozenset(range(12, 20))),
    (range(6390, 6391), 4, frozenset(range(12, 20))),
    (range(604, 605), 4, frozenset(range(12, 20))),
    (range(60, 61), 2, frozenset({16})),
    (range(508, 509), 3, frozenset({16})),
)
_SEPARATOR = re.compile(r"[ -]")


def _card(found: str, before: str) -> int:
    """As many of its groups as make a number; a code or a date may follow after a space."""
    ends = [len(found), *(match.start() for match in _SEPARATOR.finditer(found))]
    return next((end for end in sorted(ends, reverse=True) if _is_card(found[:end])), 0)


def _is_card(written: str) -> bool:
    groups = _SEPARATOR.split(written)
    digits = "".join(groups)
    if any(not 4 <= len(group) <= 6 for group in groups[:-1] if len(groups) > 1):
        return False
    return _is_of_a_network(digits) and luhn(digits)


def _is_of_a_network(digits: str) -> bool:
    return any(int(digits[:many]) in first and len(digits) in lengths for first, many, lengths in _NETWORKS)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    doubled = [int(digit) * (1 + position % 2) for position, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


CARD = Kind(
    "card",
    r"(?<![\w.])(?<![0-9A-Fa-f]{4}-)[0-9]{3,6}(?:[ -]?[0-9]){9,16}(?!\w|[.-][0-9])",
    _card,
    start=NUMBER,
    lead=0,
    opening=NO_WORD,
    longest=40,
)
