"""The stores of a home: the one place that says in what things are kept."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mainstem.settings import Settings
from mainstem.stores.idempotency import SqliteIdempotencyKeys
from mainstem.stores.ledger import SqliteLedger
from mainstem.stores.part_notes import SqlitePartNotes

if TYPE_CHECKING:
    from mainstem.stores.idempotency import IdempotencyKeys
    from mainstem.stores.journal import Journal
    from mainstem.stores.journal.sqlite import SqliteJournal
    from mainstem.stores.knowledge import KnowledgeIndex
    from mainstem.stores.knowledge.sqlite import SqliteIndex
    from mainstem.stores.ledger import Ledger
    from mainstem.stores.owners import Owners
    from mainstem.stores.part_notes import PartNotes
    from mainstem.stores.reviews import Reviews
    from mainstem.stores.sharing import Sharing
    from mainstem.stores.spending import SpentAmounts
    from mainstem.stores.thread_titles import ThreadTitles
    from mainstem.stores.threads import Threads
    from mainstem.stores.tokens import Tokens


class Stores(Hashable, Protocol):
    """One of each store. Those that are equal keep the same things in the same place."""

    @property
    def journal(self) -> "Journal":
        """What every run sent."""
        ...

    @property
    def ledger(self) -> "Ledger":
        """What tools that change something began and did."""
        ...

    @property
    def keys(self) -> "IdempotencyKeys":
        """Which run a client's key started."""
        ...

    @property
    def threads(self) -> "Threads":
        """The threads' checkpoints, and who runs in them."""
        ...

    @property
    def owners(self) -> "Owners":
        """Whose threads and runs are whose."""
        ...

    @property
    def tokens(self) -> "Tokens":
        """What users sign in with."""
        ...

    @property
    def spent(self) -> "SpentAmounts":
        """What threads and users have spent of their budgets."""
        ...

    @property
    def reviews(self) -> "Reviews":
        """Answers that a policy holds for a person."""
        ...

    @property
    def thread_titles(self) -> "ThreadTitles":
        """What people call their threads."""
        ...

    @property
    def knowledge(self) -> "KnowledgeIndex":
        """Documents and tables."""
        ...

    @property
    def part_notes(self) -> "PartNotes":
        """What a model has noted of parts of long documents."""
        ...

    @property
    def sharing(self) -> "Sharing | None":
        """The other processes that share these stores; None where they are one machine's alone."""
        ...


def open_stores(settings: Settings, *, prune: bool = True) -> Stores:
    """The stores under the settings' home. Nothing is opened before it is used.

    `prune`: whether the journal forgets what is older or larger than the settings say, when something is written to it.
    """
    days, megabytes = (settings.journal_days, settings.journal_mb) if prune else (None, None)
    if settings.database_url is not None:
        from mainstem.stores.postgres.opening import PostgresStores

        url = settings.database_url.get_secret_value()
        return PostgresStores(url, settings.home, days, megabytes, settings.lease_seconds)
    return EmbeddedStores(settings.home, days, megabytes)


@dataclass(frozen=True)
class EmbeddedStores:
    """Files in the folder `home`; the journal keeps events for `journal_days`, and `journal_mb` megabytes of them.

    Each is imported when it is asked for: who only indexes need not wait for LangChain.
    """

    home: Path
    journal_days: float | None = None
    journal_mb: float | None = None

    @property
    def journal(self) -> "Journal":
        """In `journal.sqlite`; the same object each time, for it has a thread that writes."""
        return self._journal

    @cached_property
    def _journal(self) -> "SqliteJournal":
        from mainstem.stores.journal import Retention
        from mainstem.stores.journal.sqlite import SqliteJournal

        return SqliteJournal(self.home / "journal.sqlite", Retention(self.journal_days, self.journal_mb))

    @property
    def ledger(self) -> "Ledger":
        """In `ledger.sqlite`."""
        return SqliteLedger(self.home / "ledger.sqlite")

    @property
    def keys(self) -> "IdempotencyKeys":
        """In `idempotency.sqlite`."""
        return SqliteIdempotencyKeys(self.home / "idempotency.sqlite")

    @property
    def threads(self) -> "Threads":
        """In `threads.sqlite`, and the folder `locks`."""
        from mainstem.stores.threads.sqlite import SqliteThreads

        return SqliteThreads(self.home / "threads.sqlite", self.home / "locks")

    @property
    def owners(self) -> "Owners":
        """In `owners.sqlite`."""
        from mainstem.stores.owners import SqliteOwners

        return SqliteOwners(self.home.absolute() / "owners.sqlite")

    @property
    def tokens(self) -> "Tokens":
        """In `tokens.sqlite`."""
        from mainstem.stores.tokens import SqliteTokens

        return SqliteTokens(self.home.absolute() / "tokens.sqlite")

    @property
    def reviews(self) -> "Reviews":
        """In `reviews.sqlite`."""
        from mainstem.stores.reviews import SqliteReviews

        return SqliteReviews(self.home / "reviews.sqlite")

    @property
    def thread_titles(self) -> "ThreadTitles":
        """In `thread_titles.sqlite`."""
        from mainstem.stores.thread_titles import SqliteThreadTitles

        return SqliteThreadTitles(self.home / "thread_titles.sqlite")

    @property
    def part_notes(self) -> "PartNotes":
        """In `part_notes.sqlite`."""
        return SqlitePartNotes(self.home / "part_notes.sqlite")

    @property
    def spent(self) -> "SpentAmounts":
        """In `spending.sqlite`."""
        from mainstem.stores.spending import SqliteSpentAmounts

        return SqliteSpentAmounts(self.home / "spending.sqlite")

    @property
    def knowledge(self) -> "KnowledgeIndex":
        """In `index.sqlite`, and the folder `tables`; the same object each time, for it keeps connections."""
        return self._index

    @cached_property
    def _index(self) -> "SqliteIndex":
        from mainstem.stores.knowledge.sqlite import SqliteIndex

        return SqliteIndex(self.home)

    @property
    def sharing(self) -> "Sharing | None":
        """None: files are one machine's."""
        return None
