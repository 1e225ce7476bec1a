"""Numbers as people write them, and the numbers that a text holds."""

import re
from collections.abc import Iterator

_DIGITS = r"(?:\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:[,  ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_NUMBER = re.compile(rf"(?<![\w.,])[-−+]?[$€£]?\s?[-−]?{_DIGITS}(?!\d)")
_ALONE = re.compile(rf"\s*(\(?[-−+]?[$€£]?\s?[-−]?{_DIGITS}\)?)\s?[€%]?\s?[a-zA-Z]*\.?\s*")
_COMMA = re.compile(r",\d+$")
_NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_TOLERANCE = 1e-6
_ROUNDED = 0.005
_FEW = 100


def numbers(text: str) -> Iterator[float]:
    """Each number in `text`: with its sign, thousands, money, `(100)` as accounts write it; also *one* to *twelve*."""
    for found in _NUMBER.finditer(text):
        value = _value(found.group())
        inside = text[max(0, found.start() - 1) : found.start()] == "(" and text[found.end() : found.end() + 1] == ")"
        yield -value if inside else value
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _NAMES:
            yield float(_NAMES.index(word))


def number(text: str) -> float | None:
    """The number that `text` is, apart from money signs, percent and one word of unit; None when it is none."""
    bare = _ALONE.fullmatch(text)
    return next(numbers(bare[1]), None) if bare else None


def _value(written: str) -> float:
    # `1.234,50` has its point where others have a comma; `1,234` does not.
    plain = written.replace(".", "").replace(",", ".") if "." in written and _COMMA.search(written) else written
    return float(re.sub(r"[^\d.+-]", "", plain.replace("−", "-")))


def equal(one: float, other: float) -> bool:
    """Whether two numbers are the same; fractions, when they agree to two digits after the point."""
    near = _TOLERANCE * max(1.0, abs(one), abs(other))
    fraction = (one != int(one) or other != int(other)) and min(abs(one), abs(other)) < _FEW**2
    return abs(one - other) <= (max(near, _ROUNDED) if fraction else near)
