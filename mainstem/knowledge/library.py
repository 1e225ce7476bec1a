"""The library: documents and tables under one home, indexed, searched, read and queried."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from mainstem.knowledge.documents import DocumentPage, read_page
from mainstem.knowledge.embeddings import GetEmbedder
from mainstem.knowledge.files.discovery import located
from mainstem.knowledge.indexer import Indexer, IndexReport
from mainstem.knowledge.progress import IndexProgress
from mainstem.knowledge.searching import SearchResult, searched
from mainstem.knowledge.tables.sql import OnRows, QueryResult, query
from mainstem.stores.errors import IndexCorrupt
from mainstem.stores.interruptible import StopSignal, in_thread
from mainstem.stores.knowledge import USER, Document, KnowledgeIndex, Only, Passage, Skipped, Table, UnreadKind
from mainstem.stores.opening import EmbeddedStores
from mainstem.stream.extras import require

Paths = Sequence[Path | str]
T = TypeVar("T")


class Library:
    """Documents and tables under `home`, which is made when something is first indexed; `index`: kept there instead.

    Files over `max_file_mb` megabytes are not read; reading one may take `document_timeout` seconds of the processor's
    time, and a query `query_timeout` seconds. With `embeddings`, passages are also found by what they mean. One library
    may be used by many tasks at once, and one home by many processes. Where a method takes `paths`, only what lies at
    or below them is meant; where it takes `collection`, only that one; with neither it is `"user"` if that holds
    anything, else `"mainstem"`. Every method raises `StorageError` when the home cannot be used.
    """

    def __init__(
        self,
        home: Path,
        *,
        index: KnowledgeIndex | None = None,
        max_file_mb: float = 50.0,
        query_timeout: float = 10.0,
        document_timeout: float = 60.0,
        embeddings: GetEmbedder | None = None,
    ) -> None:
        self._index = index or EmbeddedStores(Path(home)).knowledge
        self._max_bytes = int(max_file_mb * 1_000_000)
        self._query_timeout = query_timeout
        self._document_timeout = document_timeout
        self._embeddings = embeddings

    async def index(
        self,
        paths: Paths,
        *,
        collection: str = USER,
        progress: Callable[[IndexProgress], None] | None = None,
        thorough: bool = False,
        wait: float | None = None,
    ) -> IndexReport:
        """Read what changed at or below `paths`, forget what is gone there, and say what was done.

        An index that turns out damaged is kept aside and built anew; with `thorough`, all of it is looked through for
        damage first. `progress` is called in this event loop after every file. Raises `NotFound` for a path that does
        not exist, `NothingToRead` when no file could be read, `MissingExtra` without the packages of the extra `agent`,
        and `Busy` when another run goes on for more than `wait` seconds (None: sixty).
        """
        roots = [paths] if isinstance(paths, str | Path) else list(paths)
        return await self._indexing(
            collection, progress, lambda indexer: indexer.run(roots, thorough=thorough, wait=wait)
        )

    async def mend(self, *, progress: Callable[[IndexProgress], None] | None = None) -> None:
        """After `IndexCorrupt`: build the index anew from the files that it held, as far as it still tells which.

        The damaged file is kept beside it, and a warning in the log says where.
        """
        await self._indexing(USER, progress, Indexer.mend)

    async def ensure_readable(self, *, progress: Callable[[IndexProgress], None] | None = None) -> None:
        """Build the index anew where it was made by another version, or is so damaged that it cannot be opened."""
        try:
            await self.holds(USER)
        except IndexCorrupt:
            await self.mend(progress=progress)

    async def _indexing(
        self, collection: str, progress: Callable[[IndexProgress], None] | None, run: Callable[[Indexer], T]
    ) -> T:
        loop = asyncio.get_running_loop()

        def work(stop: StopSignal) -> T:
            require("agent")

            def report(step: IndexProgress) -> None:
                if progress is not None and not stop.is_set():
                    loop.call_soon_threadsafe(progress, step)

            limits = self._max_bytes, self._document_timeout
            return run(Indexer(self._index, collection, *limits, stop, report, self._embeddings))

        return await in_thread(work)

    async def search(
        self,
        query: str,
        *,
        paths: Paths | None = None,
        collection: str | None = None,
        limit: int = 8,
        only: Only | None = None,
    ) -> SearchResult:
        """The passages, at most `limit`, and up to three tables, that fit `query` best; empty when nothing does.

        With embeddings a model is asked for the query's vector first; where it gives none, words alone find.
        What is weighed is what is searched: a word's rarity is that within `paths`, `collection` and `only`. A passage
        scores at least a share of the best one, no two say the same, and none is of a file that is gone.
        """

        def work(stop: StopSignal) -> SearchResult:
            with self._index.reading(stop, _roots(paths), collection, only) as found:
                nothing = SearchResult((), (), collection or USER)
                return searched(found, query, limit, self._embeddings) if found else nothing

        return await in_thread(work)

    async def read(
        self,
        document: str,
        *,
        start: int = 0,
        length: int = 4000,
        paths: Paths | None = None,
        collection: str | None = None,
    ) -> DocumentPage:
        """`length` characters of a document from `start` on.

        `document` is its name, its path, or the end of one that no other document has. Raises `NotFound` with the
        closest names when there is none, or more than one.
        """

        def work(stop: StopSignal) -> DocumentPage:
            with self._index.reading(stop, _roots(paths), collection) as found:
                return read_page(found, document, start, length)

        return await in_thread(work)

    async def passages(
        self, documents: Paths, *, paths: Paths | None = None, collection: str | None = None
    ) -> list[Passage]:
        """All passages of the documents at these paths, in the given order; their scores say nothing."""

        def work(stop: StopSignal) -> list[Passage]:
            with self._index.reading(stop, _roots(paths), collection) as found:
                return [piece for each in documents for piece in found.pieces(str(each))] if found else []

        return await in_thread(work)

    async def documents(self, *, paths: Paths | None = None, collection: str | None = None) -> list[Document]:
        """The indexed documents, by name."""

        def work(stop: StopSignal) -> list[Document]:
            with self._index.reading(stop, _roots(paths), collection) as found:
                return found.documents() if found else []

        return await in_thread(work)

    async def tables(self, *, paths: Paths | None = None, collection: str | None = None) -> list[Table]:
        """The indexed tables, by name; columns with few distinct values have them."""

        def work(stop: StopSignal) -> list[Table]:
            with self._index.reading(stop, _roots(paths), collection) as found:
                return found.listed_tables() if found else []

        return await in_thread(work)

    async def skipped(self, *, paths: Paths | None = None, collection: str = USER) -> list[Skipped]:
        """The files that were skipped for what is in them, by path: they are tried again when they change."""

        def work(stop: StopSignal) -> list[Skipped]:
            return self._index.skipped(stop, _roots(paths), collection)

        return await in_thread(work)

    async def unread(self, *, paths: Paths | None = None, collection: str = USER) -> list[UnreadKind]:
        """The kinds of files that were passed over because they are not read, most files first."""

        def work(stop: StopSignal) -> list[UnreadKind]:
            return self._index.unread(stop, _roots(paths), collection)

        return await in_thread(work)

    async def query(
        self,
        sql: str,
        *,
        paths: Paths | None = None,
        collection: str | None = None,
        max_rows: int = 100,
        on_rows: OnRows | None = None,
    ) -> QueryResult:
        """The rows of one SELECT over the indexed tables (DuckDB's SQL), at most `max_rows`.

        `on_rows` is called in this event loop with the columns and each few rows, as they come; an error may follow.
        Raises `QueryError`, in words for whoever wrote the query, when it is anything else, fails or takes too long.
        """

        loop = asyncio.get_running_loop()

        def work(stop: StopSignal) -> QueryResult:
            def report(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
                if on_rows is not None and not stop.is_set():
                    loop.call_soon_threadsafe(on_rows, columns, rows)

            return query(sql, self._catalog(stop, paths, collection), max_rows, self._query_timeout, stop, report)

        return await in_thread(work)

    async def forget(self, path: Path | str, *, delete: bool = False) -> int:
        """Take what lies at or below `path` out of every collection; the number of files that were.

        `delete`: and delete the one file that is there, before another index run finds it.
        """

        def work(stop: StopSignal) -> int:
            if not self._index.exists():
                return 0
            place = located(path)
            with self._index.alone(stop, lambda: None), self._index.writing(stop) as writer:
                if delete:
                    place.unlink(missing_ok=True)
                count = writer.forget(place)
                writer.sweep()
                return count

        return await in_thread(work)

    async def holds(self, collection: str, *, paths: Paths | None = None) -> bool:
        """Whether anything is indexed in `collection`, at or below `paths`."""
        return await self.first_held((collection, paths)) is not None

    async def first_held(self, *places: tuple[str, Paths | None]) -> int | None:
        """Of these collections, each at or below its paths, the place of the first that holds anything; None: none."""

        def work(stop: StopSignal) -> int | None:
            for at, (collection, paths) in enumerate(places):
                with self._index.reading(stop, _roots(paths), collection) as found:
                    if found is not None:
                        return at
            return None

        return await in_thread(work)

    async def close(self) -> None:
        """Close the connections; the library may be used again."""
        await asyncio.to_thread(self._index.close)

    def _catalog(self, stop: StopSignal, paths: Paths | None, collection: str | None) -> list[tuple[Table, Path]]:
        with self._index.reading(stop, _roots(paths), collection) as found:
            return found.catalog() if found else []


def _roots(paths: Paths | None) -> list[Path] | None:
    return None if paths is None else [located(path) for path in paths]
