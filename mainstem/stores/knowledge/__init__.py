"""The index of documents and tables: what is put in, and what is found in it.

Everything here blocks and is to be called in a thread; setting its `stop` ends it with `Stopped`. It raises
`StorageError`. A file is at or below one of `roots` (absolute paths), or any where they are None. `reading`, `writing`
and `alone` also turn errors of the disk that are raised within them into `StorageError`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..interruptible import StopSignal
from .records import (
    RAW,
    TOTALS,
    Block,
    Changes,
    Chunk,
    Column,
    Document,
    File,
    FileContent,
    KnownFile,
    KnownSkipped,
    Only,
    Passage,
    QueryVector,
    Skipped,
    SkipRecord,
    Table,
    TableCopy,
    UnreadKind,
    span,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "BUNDLED",
    "RAW",
    "TOTALS",
    "USER",
    "Block",
    "Changes",
    "Chunk",
    "Column",
    "Document",
    "File",
    "FileContent",
    "IndexWriter",
    "KnowledgeIndex",
    "KnownFile",
    "KnownSkipped",
    "Only",
    "Passage",
    "QueryVector",
    "Roots",
    "Selection",
    "SkipRecord",
    "Skipped",
    "Table",
    "TableCopy",
    "UnreadKind",
    "span",
]  # fmt: skip

USER, BUNDLED = "user", "mainstem"
"""The collections of what people index, and of Mainstem's own docs."""

Roots = Sequence[Path] | None


class Selection(Protocol):
    """The files of one collection, at or below some paths, all in one state of the index."""

    @property
    def collection(self) -> str:
        """Its name."""
        ...

    @property
    def size(self) -> int:
        """How many passages there are to search."""
        ...

    def passages(
        self,
        query: str,
        limit: int,
        there: Callable[[str], bool] = lambda _: True,
        meaning: QueryVector | None = None,
    ) -> tuple[Passage, ...]:
        """The passages that fit `query` best, by BM25 over stemmed words within these files; best first.

        At most `limit`, none far behind the best, no two that say the same, and of no file (by path) that is not
        `there`. With the query's `meaning`, passages that have vectors of the same model are also found by them; those
        that have none, by their words.
        """
        ...

    def respelled(self, query: str) -> dict[str, str]:
        """For words of `query` that no passage holds, words that some do, and that are one slip away."""
        ...

    def tables(self, query: str) -> tuple[Table, ...]:
        """The few tables whose name, columns or values hold words of `query`, best first, with the values that do."""
        ...

    def documents(self) -> list[Document]:
        """The documents, by name."""
        ...

    def text(self, path: str, start: int, end: int) -> str:
        """The characters `start` to `end` of the document at `path`."""
        ...

    def pieces(self, path: str) -> list[Passage]:
        """All passages of the document at `path`, in order; their scores say nothing. Empty when there is none."""
        ...

    def listed_tables(self) -> list[Table]:
        """The tables, by name, with the values of columns that have few."""
        ...

    def catalog(self) -> list[tuple[Table, Path]]:
        """All tables, by name, each with its Parquet copy on this machine."""
        ...


class IndexWriter(Protocol):
    """What changes the index. Each method is one transaction."""

    def known(self, collection: str, roots: Roots) -> dict[str, KnownFile]:
        """The files that are in the index, by path."""
        ...

    def skipped(self, collection: str, roots: Roots) -> dict[str, KnownSkipped]:
        """The files that were skipped for what is in them, by path."""
        ...

    def lost(self) -> Mapping[str, Mapping[str, str]]:
        """The files of which a table's copy is gone: by collection, their names by path."""
        ...

    def apply(self, collection: str, changes: Changes) -> None:
        """Write all of the changes, or nothing."""
        ...

    def note_unread(self, collection: str, roots: Roots, unread: Mapping[tuple[str, str], int]) -> None:
        """Note how many files of which kinds, by folder and suffix, lie below `roots` and are not read."""
        ...

    def count(self, collection: str, roots: Roots) -> tuple[int, int]:
        """How many passages and how many tables there are."""
        ...

    def forget(self, path: Path) -> int:
        """Take what lies at or below `path` out of every collection; the number of files that were."""
        ...

    def unembedded(self, collection: str, roots: Roots, model: str) -> list[Block]:
        """The passages that have no vectors of `model`, in blocks."""
        ...

    def texts(self, block: Block) -> list[str]:
        """The passages of a block, each with its headings above."""
        ...

    def put_vectors(self, model: str, embedded: Sequence[tuple[Block, "NDArray[np.float32]"]]) -> None:
        """Keep vectors (not their length), a row for each passage of a block, in place of any of another model."""
        ...

    def sweep(self) -> None:
        """Delete the copies that no table refers to: of files that changed, and of index runs that were killed."""
        ...


class KnowledgeIndex(Protocol):
    """The index of one home."""

    @property
    def home(self) -> Path:
        """The home folder on this machine, absolute: what lies in it is not indexed."""
        ...

    @property
    def copies(self) -> Path:
        """The folder of this machine in which copies of tables are made before they are put into the index."""
        ...

    def exists(self) -> bool:
        """Whether anything was ever indexed."""
        ...

    def reading(
        self, stop: StopSignal, roots: Roots, collection: str | None, only: Only | None = None
    ) -> AbstractContextManager[Selection | None]:
        """What is indexed there, of the files that `only` names; None when nothing is indexed there.

        Without a collection it is the user's, if that holds any of `roots`, else another one that does.
        """
        ...

    def skipped(self, stop: StopSignal, roots: Roots, collection: str) -> list[Skipped]:
        """The files that were skipped for what is in them, by path."""
        ...

    def unread(self, stop: StopSignal, roots: Roots, collection: str) -> list[UnreadKind]:
        """The kinds of files that are not read, most files first."""
        ...

    def alone(
        self, stop: StopSignal, waits: Callable[[], None], seconds: float | None = None
    ) -> AbstractContextManager[None]:
        """Be the one index run on this index, in whichever process; `waits` is called once if another goes on.

        Raises `Busy` after `seconds` (None: sixty).
        """
        ...

    def restore(self, stop: StopSignal) -> None:
        """Write files again that are missing on this machine and are kept in the index; within `alone`."""
        ...

    def writing(self, stop: StopSignal) -> AbstractContextManager[IndexWriter]:
        """Change the index, which is made if there is none; to be used within `alone`. Raises `IndexCorrupt`."""
        ...

    def examine(self, stop: StopSignal) -> None:
        """Read all of the index through (75 MB in a second). Raises `IndexCorrupt` when a part of it is damaged."""
        ...

    def salvaged(self) -> dict[str, dict[str, str]]:
        """The files of each collection, their names by path, as far as a damaged index still tells."""
        ...

    def set_aside(self) -> str:
        """Move a damaged index out of the way, so that a new one is begun; returns where it is now."""
        ...

    def close(self) -> None:
        """Close what is open; the next use opens it again."""
        ...
