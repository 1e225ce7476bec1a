"""The library of a run: what its settings name, indexed before it is searched."""

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from mainstem.bundle import home_of_bundle
from mainstem.knowledge.errors import IndexCorrupt
from mainstem.knowledge.library import Library
from mainstem.knowledge.lock import Progress
from mainstem.knowledge.scope import BUNDLED, USER
from mainstem.settings import Settings


def library(settings: Settings) -> Library:
    """The library under the settings' home; one object a home and limits, shared by all who ask."""
    return _library(settings.home, settings.max_file_mb, settings.query_timeout, settings.document_timeout)


@lru_cache(maxsize=32)
def _library(home: Path, max_file_mb: float, query_timeout: float, document_timeout: float) -> Library:
    return Library(home, max_file_mb=max_file_mb, query_timeout=query_timeout, document_timeout=document_timeout)


_prepared: dict[tuple[Path, tuple[Path, ...]], float] = {}


async def prepare(
    settings: Settings, tell: Callable[[Progress], None] | None = None, *, fresh_for: float = 0.0
) -> None:
    """Index the documents that the settings name, and Mainstem's own docs where nothing else is there to search.

    Unchanged files are passed over; what this process prepared less than `fresh_for` seconds ago is taken as it is.
    Raises `KnowledgeError` when a named path is missing or nothing in it can be read.
    """
    key = (settings.home, tuple(settings.docs))
    if time.monotonic() - _prepared.get(key, float("-inf")) < fresh_for:
        return
    try:
        await _index(settings, tell)
    except IndexCorrupt:
        await library(settings).mend(progress=tell)
        await _index(settings, tell)
    _prepared[key] = time.monotonic()


async def _index(settings: Settings, tell: Callable[[Progress], None] | None) -> None:
    shelf = library(settings)
    if settings.docs:
        await shelf.index(settings.docs, progress=tell)
    elif not await shelf.holds(USER):
        await shelf.index([home_of_bundle() / "docs"], collection=BUNDLED, progress=tell)
