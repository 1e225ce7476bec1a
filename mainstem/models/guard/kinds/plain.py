"""Letters, digits and signs in the form in which they are looked for, whatever form they were written in."""

import unicodedata
from functools import cache
from itertools import chain

_WHERE = ((0x80, 0x3400), (0xA600, 0xAC00), (0xF900, 0x17000), (0x1B000, 0x20000))
"""Where such forms can be: not among the many ideographs and syllables."""


def plain(text: str) -> str:
    """`text`, character by character: wide, mathematical and foreign forms of what ASCII has are ASCII's.

    It is as long as it was: a place in it is the same place in `text`.
    """
    return text if text.isascii() else text.translate(_forms())


def forms_of(sign: str) -> tuple[str, ...]:
    """In which ways a character may stand in a plain text: composed, and with its marks apart."""
    sign = plain(sign)
    apart = unicodedata.normalize("NFD", sign)
    return (sign,) if apart == sign else (sign, apart)


@cache
def _forms() -> dict[int, str]:
    found = ((code, _ascii(chr(code))) for code in chain(*(range(*part) for part in _WHERE)))
    return {code: sign for code, sign in found if sign}


def _ascii(sign: str) -> str:
    """The sign of ASCII that it is a form of; empty: none. Powers and numbers in circles are no digits of a number."""
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.digit(sign))
    made = unicodedata.normalize("NFKC", sign)
    return made if len(made) == 1 and made.isascii() and made.isprintable() and category[0] in "LPS" else ""
