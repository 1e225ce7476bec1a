"""The library of a run: what its settings name, indexed before it is searched."""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from mainstem._bundled_agent import bundled_agent
from mainstem.knowledge.embeddings import EmbeddingModel, embedding_model
from mainstem.knowledge.errors import Busy, IndexCorrupt
from mainstem.knowledge.indexer import IndexReport
from mainstem.knowledge.library import Library
from mainstem.knowledge.progress import IndexProgress
from mainstem.settings import Settings
from mainstem.stores.knowledge import BUNDLED, USER
from mainstem.stores.opening import Stores, open_stores


def library(settings: Settings) -> Library:
    """The library under the settings' home; one object a home and limits, shared by all who ask."""
    stores = open_stores(settings)
    limits = settings.max_file_mb, settings.query_timeout, settings.document_timeout
    return _library(settings.home, stores, *limits, embedding_model(settings))


@lru_cache(maxsize=32)
def _library(
    home: Path,
    stores: Stores,
    max_file_mb: float,
    query_timeout: float,
    document_timeout: float,
    embeddings: EmbeddingModel | None,
) -> Library:
    return Library(
        home,
        index=stores.knowledge,
        max_file_mb=max_file_mb,
        query_timeout=query_timeout,
        document_timeout=document_timeout,
        embeddings=embeddings,
    )


MAX_WAIT_SECONDS = 2.0
"""Seconds that another index run is waited for where there is something to answer from."""

HELD_UP = 10.0
"""Seconds without a file being done after which a question goes on with what is there."""

ELSEWHERE = "another process is indexing: the answer comes from the index as it is"
HELD_UP_BY = "a document takes long to read: the answer comes from the index as it is"

_log = logging.getLogger(__name__)
_going_on: set[asyncio.Task[IndexReport]] = set()
_prepared: dict[tuple[Path, tuple[Path, ...], str | None], float] = {}

_manual_read: set[tuple[Path, str | None]] = set()
"""The homes in which this process has seen to it that Mainstem's own docs are as they are installed: they stay so."""


async def prepare(
    settings: Settings,
    tell: Callable[[IndexProgress], None] | None = None,
    *,
    fresh_for: float = 0.0,
    wait: float | None = None,
    held_up: float = HELD_UP,
) -> None:
    """Index the documents that the settings name, and Mainstem's own docs where nothing else is there to search.

    Unchanged files are passed over; what this process prepared less than `fresh_for` seconds ago is taken as it is.
    Where there is something to answer from already, neither another index run nor one document is waited for longer
    than `MAX_WAIT_SECONDS` and `held_up` seconds: `tell` says that the index is taken as it is. Without one,
    another run is waited for `wait` seconds (None: as long as an index run waits). Raises `KnowledgeError` when a named
    path is missing, nothing in it can be read, or another run that goes on has left nothing to answer from yet.
    """
    key = (settings.home, tuple(settings.docs), settings.embeddings)
    if time.monotonic() - _prepared.get(key, float("-inf")) < fresh_for:
        return
    if await _indexed(settings, tell or (lambda _: None), wait, held_up):
        _prepared[key] = time.monotonic()


async def _indexed(
    settings: Settings, tell: Callable[[IndexProgress], None], wait: float | None, held_up: float
) -> bool:
    """Whether all is indexed; if not, what was there before is to be answered from."""
    shelf = library(settings)
    paths, collection = _wanted(settings)
    try:
        places = [(collection, paths)] if settings.docs else [(USER, None), (collection, paths)]
        held = await shelf.first_held(*places)
        if held is not None and places[held] == (USER, None):
            return True
        manual = (settings.home, settings.embeddings) if collection == BUNDLED else None
        if held is None:
            await shelf.index(paths, collection=collection, progress=tell, wait=wait)
        elif manual not in _manual_read and not await _unless_held_up(shelf, paths, collection, tell, held_up):
            return False
        if manual is not None:
            _manual_read.add(manual)
        return True
    except Busy:
        if not await shelf.holds(collection, paths=paths):
            raise
        tell(IndexProgress(ELSEWHERE, 0, 1))
        return False
    except IndexCorrupt:
        await shelf.mend(progress=tell)
        await shelf.index(paths, collection=collection, progress=tell)
        return True


def _wanted(settings: Settings) -> tuple[list[Path], str]:
    manual = [bundled_agent() / "docs"]
    return (settings.docs, USER) if settings.docs not in ([], manual) else (manual, BUNDLED)


async def _unless_held_up(
    shelf: Library, paths: list[Path], collection: str, tell: Callable[[IndexProgress], None], held_up: float
) -> bool:
    """Index, and whether that came to its end: it goes on alone when a document is at no end."""
    loop = asyncio.get_running_loop()
    last, here = loop.time(), True

    def note(progress: IndexProgress) -> None:
        nonlocal last
        last = loop.time()
        if here:
            tell(progress)

    task = asyncio.create_task(shelf.index(paths, collection=collection, progress=note, wait=MAX_WAIT_SECONDS))
    try:
        while not task.done() and (left := last + held_up - loop.time()) > 0:
            await asyncio.wait([task], timeout=left)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait([task])
        raise
    if task.done():
        await task
        return True
    here = False
    _going_on.add(task)
    task.add_done_callback(_ended)
    tell(IndexProgress(HELD_UP_BY, 0, 1))
    return False


def _ended(task: "asyncio.Task[IndexReport]") -> None:
    _going_on.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("Indexing in the background failed: %s", error)
