"""The stores of a database, for all processes that name it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..idempotency import IdempotencyKeys, KeysTable
from ..journal import Journal, Retention
from ..ledger import Ledger, LedgerTable
from ..owners import Owners, OwnersTable
from ..part_notes import NotesTable, PartNotes
from ..reviews import Reviews, ReviewsTable
from ..sharing import Sharing
from ..spending import SpentAmounts, SpentTable
from ..thread_titles import ThreadTitles, TitlesTable
from ..threads import Threads
from ..tokens import Tokens, TokensTable
from .database import PostgresTables, pool_of
from .instances import LEASE_SECONDS, Instance
from .journal import PostgresJournal
from .sharing import PostgresSharing
from .threads import PostgresThreads
from .watch import Watch

if TYPE_CHECKING:
    from ..knowledge import KnowledgeIndex


@dataclass(frozen=True)
class PostgresStores:
    """Tables in the database at `url`; the folder `home` keeps this machine's copy of the index of documents.

    The journal keeps events for `journal_days`, and `journal_mb` megabytes of them. Each object is an instance of its
    own among those that share the database: it counts `lease_seconds` after it was heard of.
    """

    url: str
    home: Path
    journal_days: float | None = None
    journal_mb: float | None = None
    lease_seconds: float = LEASE_SECONDS

    @cached_property
    def _tables(self) -> PostgresTables:
        return PostgresTables(pool_of(self.url))

    @cached_property
    def _instance(self) -> Instance:
        return Instance(pool_of(self.url), self.lease_seconds)

    @cached_property
    def _watch(self) -> Watch:
        return Watch(pool_of(self.url), self._instance)

    @cached_property
    def _journal(self) -> PostgresJournal:
        keep = Retention(self.journal_days, self.journal_mb)
        return PostgresJournal(pool_of(self.url), self._instance, self._watch, keep)

    @property
    def journal(self) -> Journal:
        """The same object each time, for it has a thread that writes."""
        return self._journal

    @property
    def ledger(self) -> Ledger:
        """The table `claims`."""
        return LedgerTable(self._tables)

    @property
    def keys(self) -> IdempotencyKeys:
        """The table `keys`."""
        return KeysTable(self._tables)

    @property
    def threads(self) -> Threads:
        """LangGraph's tables, and `leases`."""
        return PostgresThreads(pool_of(self.url), self._instance, self._watch)

    @property
    def owners(self) -> Owners:
        """The table `owners`."""
        return OwnersTable(self._tables)

    @property
    def tokens(self) -> Tokens:
        """The table `tokens`."""
        return TokensTable(self._tables)

    @property
    def reviews(self) -> Reviews:
        """The table `held`."""
        return ReviewsTable(self._tables)

    @property
    def thread_titles(self) -> ThreadTitles:
        """The table `titles`."""
        return TitlesTable(self._tables)

    @property
    def part_notes(self) -> PartNotes:
        """The table `notes`."""
        return NotesTable(self._tables)

    @property
    def spent(self) -> SpentAmounts:
        """The table `spent`."""
        return SpentTable(self._tables)

    @property
    def sharing(self) -> Sharing:
        """The other processes, by the tables `instances` and `commands`."""
        return self._sharing

    @cached_property
    def _sharing(self) -> PostgresSharing:
        return PostgresSharing(pool_of(self.url), self._instance, self._watch, self._journal)

    @property
    def knowledge(self) -> "KnowledgeIndex":
        """The table `indexed_files`, and a copy in the folder `home`; the same object each time."""
        return self._index

    @cached_property
    def _index(self) -> "KnowledgeIndex":
        from .index import PostgresIndex

        return PostgresIndex(pool_of(self.url), self.home)
