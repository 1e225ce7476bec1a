"""What a kind of thing to mask is: a pattern that finds it, and a check that says how much of what was found it is."""

import re
from collections.abc import Callable
from dataclasses import dataclass

CONTEXT = 80
"""Characters before a match that its check may look at."""

NUMBER = r"(?<![A-Za-z0-9])[(+0-9A-Za-z]"
"""Where numbers of any sort can begin: what they share is looked for once."""

_GAP = r"[ ().\-/+\xa0]{0,3}"
FIRST_DIGIT = re.compile(
    rf"[0-9](?<![0-9].)(?:(?=(?:{_GAP}[0-9A-Z]){{4}})"
    r"|(?<=[a-z]{2}.)(?=[0-9](?:[ -]?[a-z0-9]){11})"  # some write an IBAN small
    r"|(?=(?:\.[0-9]){3}))"  # an address may have four digits
)
"""The first digit of a number of any sort, by what follows it at least: most digits begin none."""

OPEN_NUMBER = re.compile(
    rf"(?:[(+]?[ ]?(?:[0-9A-Z](?:{_GAP}[0-9A-Z])*{_GAP},?[ ]?[A-Za-z.#]{{0,7}}[ ]?[0-9]{{0,6}})?"
    r"|[a-z]{1,2}|[a-z]{2}[0-9](?:[ -]?[a-z0-9])*[ -]?)\Z"
)
"""What a text ends with that may become one, and little else."""

ANY_WORD = ""
"""The `opening` of what any word could become."""

NO_WORD = r"(?!)"
"""The `opening` of what no word could become."""

SHORT_WORD = r"[A-Z](?![a-z])|[a-z]{1,2}(?![a-z])"
"""The `opening` of numbers before which letters may stand."""

Check = Callable[[str, str], int]
"""Of what the pattern found, and of the `CONTEXT` characters before it: how many characters are it, from the first on.

0 where it is none. It may look at nothing else: what came before is always there, what comes after may not be.
"""


def whole(found: str, before: str) -> int:
    """All that the pattern found is it."""
    return len(found)


@dataclass(frozen=True)
class Kind:
    """One kind of thing that is masked: `Kind("ticket", r"(?<!\\w)TICKET-[0-9]+(?![0-9])")` shows `[TICKET_1]`.

    A pattern is of the library `regex`. It asks for what must not follow by a lookahead and never by an anchor
    (`\\b`, `$`): a stream has no end that could be seen before it is there.
    """

    name: str
    """What it is called in settings and notices; in capitals, in what is shown instead."""
    pattern: str
    check: Check = whole
    word: str | None = None
    """A pattern of `re` for the words, from their beginnings on, that it can be part of; it holds no white space."""
    trigger: str | None = None
    """A pattern of `re` for what is in all of it, or right before it, or at a text's end where it could begin.

    Where that is nowhere, the rest is not looked for.
    """
    start: str | None = None
    """A pattern of `re` for where it can begin, judged by its first character, those before it, and what has followed.

    Such places are looked for first, since that costs less.
    """
    lead: int | None = None
    """Where it is a number: how many characters may stand before its first digit. It begins as `NUMBER` says, holds
    what `FIRST_DIGIT` asks for, and is, while it is not whole, an `OPEN_NUMBER`."""
    behind: tuple[str, ...] = ()
    """The same, by what ends right before it: each of a fixed length, the longest first. Then it has no space."""
    opening: str | None = None
    """A pattern of `re` for how a word of lower-case letters (the first may be a capital) begins that could become it.

    Its first 25 characters hold something else. None: it is not known, and no text is decided by being prose.
    """
    longest: int | None = None
    """The most characters that the pattern can find, where there is such a number."""
    timeout: float | None = None
    """Seconds that one look for it may take; for patterns that we did not write."""
    prepare: Callable[[], object] | None = None
    """Imports what the check needs: before the first stream, and not in the middle of it."""
