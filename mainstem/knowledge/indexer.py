"""Indexing: what changed under some roots is read, cut and stored, what is gone is removed.

A batch of files is read first and then written in one transaction, so that a reader never waits, and a process that
is killed loses at most one batch and leaves nothing half done.
"""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from mainstem.knowledge.embeddings import GetEmbedder
from mainstem.knowledge.embeddings.indexing import embed_missing
from mainstem.knowledge.errors import IndexCorrupt, NothingToRead
from mainstem.knowledge.files.discovery import (
    Discovery,
    discover,
    located,
    nothing_to_read,
    rediscover,
    resolved,
)
from mainstem.knowledge.files.formats import ocr
from mainstem.knowledge.files.reader import FileReader, ReadLimits, ReadOutcome, ReadRequest
from mainstem.knowledge.progress import IndexProgress
from mainstem.stores.interruptible import StopSignal
from mainstem.stores.knowledge import (
    Changes,
    File,
    FileContent,
    IndexWriter,
    KnowledgeIndex,
    KnownFile,
    KnownSkipped,
    Skipped,
    SkipRecord,
    UnreadKind,
)

_BATCH_CHARS = 4_000_000
_BATCH_FILES = 500
_BATCH_SECONDS = 1.0

READERS = 2
"""Raised when the readers learn to read more: what was skipped before is tried again."""

_log = logging.getLogger(__name__)
_ASIDE = (
    "The index is damaged or of another version: it is kept as %s. The %d files that it still names are read again; "
    "`mainstem index` on your folders reads any others."
)


@dataclass(frozen=True)
class IndexReport:
    """What an index run did. `indexed`, `unchanged` and `removed` count files; `passages` and `tables` are those that
    the given paths hold now; `unread` names the kinds of files there that are not read. `partly` says of files that
    were read in this run what in them could not be.
    """

    indexed: int
    unchanged: int
    removed: int
    skipped: tuple[Skipped, ...]
    passages: int
    tables: int
    seconds: float
    unread: tuple[UnreadKind, ...] = ()
    partly: tuple[Skipped, ...] = ()


@dataclass
class _Batch(Changes):
    """What the next transaction writes."""

    began: float = field(default_factory=monotonic)
    chars: int = 0

    def is_full(self) -> bool:
        return self.chars >= _BATCH_CHARS or len(self.contents) >= _BATCH_FILES or self.is_old()

    def is_old(self) -> bool:
        return bool(self.contents or self.skipped) and monotonic() - self.began >= _BATCH_SECONDS

    def is_empty(self) -> bool:
        return not (self.gone or self.same or self.contents or self.skipped or self.unskipped)


class Indexer:
    """One index run into a collection; `report` is called after every file, `get_embedder` to embed passages."""

    def __init__(
        self,
        index: KnowledgeIndex,
        collection: str,
        max_bytes: int,
        seconds: float,
        stop: StopSignal,
        report: Callable[[IndexProgress], None],
        get_embedder: GetEmbedder | None = None,
    ) -> None:
        self._index = index
        self._get_embedder = get_embedder
        self._collection = collection
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._stop = stop
        self._report = report
        # What was skipped is tried again under other limits, and once scans can be read.
        self._limits = f"{READERS} {max_bytes} {seconds:g}{' ocr' if ocr.is_installed() else ''}"
        self._known: dict[str, KnownFile] = {}
        self._left: dict[str, KnownSkipped] = {}
        self._lost: Mapping[str, str] = {}
        self._skipped: list[Skipped] = []
        self._partly: list[Skipped] = []
        self._batch = _Batch()
        self._indexed = self._unchanged = self._removed = 0

    def run(self, paths: Sequence[Path | str], *, thorough: bool = False, wait: float | None = None) -> IndexReport:
        """Index the files at or below `paths`; `thorough`: look first whether the index is sound.

        Another run is waited for `wait` seconds (None: sixty). Raises `NotFound`, `NothingToRead` or a
        `StorageError`.
        """
        began = monotonic()
        roots = [located(path) for path in paths]
        with self._index.alone(self._stop, self._waits, wait):
            self._index.restore(self._stop)
            allowed = resolved(roots)
            found = discover(roots, self._index.home, self._max_bytes)
            try:
                if thorough:
                    self._index.examine(self._stop)
                passages, tables = self._read_all(roots, found, allowed)
            except IndexCorrupt:
                self._begin_anew(set(found.files))
                passages, tables = self._read_all(roots, found, allowed)
        unread = tuple(found.unread_kinds())
        if self._indexed + self._unchanged == 0:
            raise NothingToRead(nothing_to_read(roots, self._skipped, unread))
        skipped = tuple(sorted(self._skipped, key=lambda each: each.path))
        return IndexReport(
            self._indexed,
            self._unchanged,
            self._removed,
            skipped,
            passages,
            tables,
            monotonic() - began,
            unread,
            tuple(self._partly),
        )

    def mend(self) -> None:
        """Build the index anew if a part of it is damaged, and make the copies of tables that are gone."""
        with self._index.alone(self._stop, self._waits):
            try:
                self._index.examine(self._stop)
                with self._index.writing(self._stop) as writer:
                    missing = writer.lost()
                self._take_again(missing)
            except IndexCorrupt:
                self._begin_anew(set())

    def _begin_anew(self, present: set[str]) -> None:
        """Keep the damaged index aside: it is only a copy of what the files say. What it held but `present` is read."""
        held = self._index.salvaged()
        _log.warning(_ASIDE, self._index.set_aside(), sum(map(len, held.values())))
        mine = held.get(self._collection, {})
        self._take_again({**held, self._collection: {p: name for p, name in mine.items() if p not in present}})

    def _take_again(self, held: Mapping[str, Mapping[str, str]]) -> None:
        for collection, known in held.items():
            found = rediscover(known, self._max_bytes)
            limits = self._max_bytes, self._seconds
            indexer = Indexer(self._index, collection, *limits, self._stop, self._report, self._get_embedder)
            paths = [Path(path) for path in known]
            # Which folders they were found under is no longer known: a link may lead to where others of them lie.
            indexer._read_all(paths, found, resolved({*paths, *(path.parent for path in paths)}))

    def _read_all(self, roots: Sequence[Path], found: Discovery, allowed: frozenset[str]) -> tuple[int, int]:
        self._indexed = self._unchanged = self._removed = 0
        self._skipped = list(found.skipped)
        with self._index.writing(self._stop) as writer:
            writer.sweep()
            self._known = writer.known(self._collection, roots)
            self._left = {path: self._judged(left) for path, left in writer.skipped(self._collection, roots).items()}
            self._lost = writer.lost().get(self._collection, {})
            present = set(found.files)
            self._batch = _Batch(
                gone=self._gone(present), unskipped=[path for path in self._left if path not in present]
            )
            self._removed = len(self._batch.gone)
            writer.note_unread(self._collection, roots, found.unread)
            self._read(writer, list(found.files.values()), allowed)
            if self._get_embedder is not None:
                embed_missing(writer, self._collection, roots, self._get_embedder, self._stop, self._report)
            return writer.count(self._collection, roots)

    def _judged(self, left: KnownSkipped) -> KnownSkipped:
        """A file as it was skipped; other limits are another chance, whatever its state."""
        return left if left.limits == self._limits else replace(left, stamp=(-1, -1), digest=None)

    def _waits(self) -> None:
        self._report(IndexProgress("waiting for another index run", 0, 1))

    def _read(self, writer: IndexWriter, files: Sequence[File], allowed: frozenset[str]) -> None:
        """Deal with every file: first with those that nothing has to be done about, then with the others in turn."""
        changed: list[File] = []
        settled, last = 0, ""
        for file in files:
            self._stop.check()
            if self._is_settled(file):
                settled += 1
                last = file.name
            else:
                changed.append(file)
        if settled:
            self._report(IndexProgress(last, settled, len(files), unchanged=True))
        reader = FileReader(ReadLimits(self._max_bytes, self._seconds, allowed), self._stop)

        def flush(*, due: bool) -> None:
            if due:
                self._flush(writer)

        with closing(reader):
            outcomes = reader.read(map(self._request, changed), lambda: flush(due=self._batch.is_old()))
            for done, (file, outcome) in enumerate(zip(changed, outcomes, strict=True), settled + 1):
                before = self._unchanged
                self._take(file, outcome)
                self._report(IndexProgress(file.name, done, len(files), unchanged=self._unchanged > before))
                flush(due=self._batch.is_full())
        flush(due=not self._batch.is_empty())

    def _gone(self, present: set[str]) -> list[int]:
        """The files that are in the index and no longer there; what lies in an unreadable folder is not held gone."""
        hidden = tuple(f"{each.path}/" for each in self._skipped)
        return [known.id for path, known in self._known.items() if path not in present and not path.startswith(hidden)]

    def _is_settled(self, file: File) -> bool:
        """Whether nothing has to be read: the file is as it was when it was indexed, or skipped."""
        known, left = self._before(file), self._left.get(file.path)
        if known is not None and known.stamp == file.stamp:
            self._unchanged += 1
            if known.name != file.name:
                self._batch.same.append((known.id, file))
            return True
        if left is not None and left.stamp == file.stamp:
            self._skipped.append(Skipped(file.path, left.reason))
            return True
        return False

    def _before(self, file: File) -> KnownFile | None:
        return self._known.get(file.path) if file.path not in self._lost else None

    def _request(self, file: File) -> ReadRequest:
        known, left = self._before(file), self._left.get(file.path)
        digests = (known.digest if known else None, left.digest if left else None)
        copies = str(self._index.copies / secrets.token_hex(8))
        return ReadRequest(file.path, file.kind, tuple(digest for digest in digests if digest), copies)

    def _take(self, file: File, outcome: ReadOutcome) -> None:
        """Note what came of reading a file, for the next transaction."""
        known, left, batch = self._before(file), self._left.get(file.path), self._batch
        if known is not None and known.digest == outcome.digest:
            self._unchanged += 1
            batch.same.append((known.id, file))
            return
        skipped = outcome.skipped
        if skipped is None and left is not None and left.digest == outcome.digest:
            skipped = left.reason
        if skipped is not None:
            self._skip(file, outcome, skipped)
        else:
            self._indexed += 1
            if outcome.missing:
                self._partly.append(Skipped(file.path, outcome.missing))
            reading = FileContent(file, outcome.digest or "", outcome.pieces, outcome.copies)
            batch.contents.append(reading)
            batch.chars += reading.chars
            batch.unskipped.append(file.path)
        if (before := self._known.get(file.path)) is not None:
            batch.gone.append(before.id)

    def _skip(self, file: File, outcome: ReadOutcome, reason: str) -> None:
        self._skipped.append(Skipped(file.path, reason))
        if outcome.passing:
            self._batch.unskipped.append(file.path)
        else:
            self._batch.skipped.append(SkipRecord(file, outcome.digest, reason, self._limits))

    def _flush(self, writer: IndexWriter) -> None:
        batch, self._batch = self._batch, _Batch()
        writer.apply(self._collection, batch)
