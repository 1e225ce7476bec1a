"""Names of tables, which need no quotes in SQL."""

import itertools
import re
from collections.abc import Collection
from pathlib import Path


def free_name(path: Path, inner: str | None, taken: Collection[str]) -> str:
    """A name for a table that needs no quotes: the file's, or the table's in its file, longer while it is taken."""
    parts = [path.parent.name, path.stem, *([inner] if inner else [])]
    plain = [re.sub(r"\W+", "_", part).strip("_").lower() for part in parts]
    if inner and plain[-1].startswith(f"{plain[-2]}_"):  # the file's name is in it already
        del plain[-2]
    longer = (_unreserved("_".join(filter(None, plain[-length:]))) for length in range(1, len(plain) + 1))
    numbered = (f"{_unreserved(plain[-1])}_{count}" for count in itertools.count(2))
    return next(name for name in itertools.chain(longer, numbered) if name not in taken)


# What SQL keeps for itself, of the names that files and tables really have.
_RESERVED = frozenset(
    """
    all analyse analyze and any array as asc both case cast check collate column constraint create default deferrable
    desc describe distinct do else end except false fetch for foreign from group having in initially intersect into
    lambda lateral leading limit not null offset on only or order pivot placing primary qualify references returning
    select show some summarize symmetric table then to trailing true union unique unpivot using variadic when where
    window with
    """.split()  # noqa: SIM905 (words read better without quotes)
)


def _unreserved(name: str) -> str:
    if not name or name in _RESERVED:
        return f"{name or 'data'}_table"
    return f"t_{name}" if name[0].isdigit() else name
