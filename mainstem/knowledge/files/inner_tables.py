"""The tables that stand in documents, named by document and heading, for who asks for one."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mainstem.knowledge.files.formats.extract import Extract
from mainstem.knowledge.tables.parquet import NamedRows

_MAX_WORDS = 6
_MAX_CHARS = 48


def with_names(extract: Extract, path: Path) -> Iterator[NamedRows]:
    """Each table after its document and its caption, or the heading above it; a name that comes again is numbered."""
    starts = [heading.start for heading in extract.headings]
    taken: Counter[str] = Counter()
    for table in extract.tables:
        at = bisect_right(starts, table.start)
        title = table.caption or (extract.headings[at - 1].title if at else "")
        name = f"{path.stem} {_short(title) or 'table'}"
        taken[name.lower()] += 1
        count = taken[name.lower()]
        yield f"{name} {count}" if count > 1 else name, table.header, table.rows


def _short(title: str) -> str:
    """The first words of a title, as many as a name can bear."""
    words = title.split()[:_MAX_WORDS]
    while len(words) > 1 and len(" ".join(words)) > _MAX_CHARS:
        words.pop()
    return " ".join(words)[:_MAX_CHARS]
