"""A search of a selection of files: as it is asked, and where nothing fits, with slips of spelling forgiven."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from mainstem.knowledge.embeddings import EmbeddingFailed, GetEmbedder
from mainstem.knowledge.files.discovery import KIND_BY_SUFFIX
from mainstem.stores.knowledge import Only, Passage, QueryVector, Selection, Table

_log = logging.getLogger(__name__)

FITS = 0.6
"""Share of the question that a passage must hold for its spelling not to be doubted."""

FORGIVEN = 0.45
"""Share that a passage must hold of the question as it was then read.

Measured on questions of one or two slips, over documents written for it: at 0.45, 83 % of 52 that have an answer are
answered rightly, at 0.6, 73 %, for one wrong answer more among them and one among 52 that have none.
"""


@dataclass(frozen=True)
class SearchResult:
    """What a search found, best first, in which collection it looked, and `among` how many passages.

    `respelled` are words of the query that nothing holds, and what they were taken for where nothing else fitted.
    """

    passages: tuple[Passage, ...]
    tables: tuple[Table, ...]
    collection: str
    among: int = 0
    respelled: Mapping[str, str] = field(default_factory=dict[str, str])

    def told(self, first_number: int = 1) -> dict[str, Any]:
        """What a model is given: `passages`, numbered from `first_number` on, `tables`, `among`; `respelled` if any."""
        passages = [{"n": number, **vars(passage)} for number, passage in enumerate(self.passages, first_number)]
        tables = [_told(table) for table in self.tables]
        slips = {"respelled": dict(self.respelled)} if self.respelled else {}
        return {"passages": passages, "tables": tables, "among": self.among, **slips}


def _told(table: Table) -> dict[str, Any]:
    told = {**vars(table), "columns": tuple(dict(vars(column)) for column in table.columns)}
    del told["path"]
    return told


def searched(selection: Selection, query: str, limit: int, get_embedder: GetEmbedder | None = None) -> SearchResult:
    """What fits `query` in `selection`, of files that are still there; by words, and by the vectors of its model."""
    found = _found(selection, query, limit, get_embedder)
    if _coverage(found) >= FITS or not (slips := selection.respelled(query)):
        return found
    again = _found(selection, corrected_query(query, slips), limit, get_embedder)
    return replace(again, respelled=slips) if again.tables or _coverage(again) >= FORGIVEN else found


def corrected_query(query: str, slips: Mapping[str, str]) -> str:
    """`query` with other words in place of those that `slips` names."""
    return re.sub(r"[^\W_]+", lambda word: slips.get(word[0].lower(), word[0]), query)


def only(
    folder: str | None = None, kind: str | None = None, since: str | None = None, until: str | None = None
) -> Only | None:
    """The files that these words mean: a folder, a kind (*pdf*), days (*2024-05-31*) between which they were changed.

    None where nothing is named. Raises `ValueError`, in words for whoever named them.
    """
    if not (folder or kind or since or until):
        return None
    kinds = tuple(_kind(each) for each in re.split(r"[\s,]+", kind or "") if each)
    first, last = _nanoseconds(since, time.min), _nanoseconds(until, time.max)
    if first is not None and last is not None and first > last:
        raise ValueError(f"No day lies between {since} and {until}: the earlier day is named as *since*.")
    return Only(folder or "", kinds, first, last)


def _kind(name: str) -> str:
    suffix = "." + name.lower().lstrip(".")
    if suffix not in KIND_BY_SUFFIX:
        raise ValueError(f"No files of the kind {name!r} are read; there are {' '.join(KIND_BY_SUFFIX)}.")
    return KIND_BY_SUFFIX[suffix]


def _nanoseconds(day: str | None, at: time) -> int | None:
    if not day:
        return None
    try:
        return int(datetime.combine(date.fromisoformat(day), at).timestamp()) * 1_000_000_000
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{day!r} is no day: write it as 2024-05-31.") from error


def _found(selection: Selection, query: str, limit: int, get_embedder: GetEmbedder | None) -> SearchResult:
    tables = tuple(table for table in selection.tables(query) if _is_there(table.path))
    passages = selection.passages(query, limit, _is_there, _meaning(get_embedder, query) if get_embedder else None)
    return SearchResult(passages, tables, selection.collection, selection.size)


def _meaning(get_embedder: GetEmbedder, query: str) -> QueryVector | None:
    """The query's vector; None, and a warning, where there is none to be had: words find all the same."""
    try:
        embedder = get_embedder()
        return QueryVector(embedder.name, embedder.embed([query])[0])
    except EmbeddingFailed as error:
        _log.warning("A search went by words alone: %s.", error)
        return None


def _coverage(found: SearchResult) -> float:
    return max((passage.coverage for passage in found.passages), default=0.0)


def _is_there(path: str) -> bool:
    return Path(path).exists()
