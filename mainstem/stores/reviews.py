"""Answers that a policy holds for a person's review: what is to be decided, and what led there."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Protocol

from mainstem.stores.database import Database, SqliteFile, in_thread
from mainstem.stream.errors import MainstemError


class ReviewError(MainstemError):
    """Answers that wait for a review cannot be read or kept."""

    hint = (
        "Free the disk, or the file reviews.sqlite: without it nothing can be held for a review, and nothing is shown."
    )


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """One answer, from the words on that a person has to look at."""

    review_id: str
    thread: str
    task: str
    """Where the model was called: the task's namespace, which is the same when the thread goes on."""
    asked: str
    """A digest of what the model was asked."""
    policy: str
    """The policy that holds it."""
    question: str
    """What people said since the model last answered."""
    shown: str
    """The answer up to there."""
    text: str
    """The words that are held back, to the answer's end."""
    message: str
    """The whole message as JSON: it is shown without asking the model again."""
    halted_by: str = ""
    """The policy that ends it further on; empty: none."""
    expires_at: str = ""
    """Until when it can be decided on, ISO 8601; empty: for ever."""


class Reviews(Protocol):
    """Held answers. Raises `ReviewError` when they cannot be read or kept."""

    async def keep(self, held: HeldAnswer) -> None:
        """Keep an answer until its thread is forgotten; another one of the same task and question is replaced."""
        ...

    async def find(self, thread: str, task: str, asked: str) -> HeldAnswer | None:
        """The answer that is held there."""
        ...

    async def of(self, review_ids: Iterable[str]) -> dict[str, HeldAnswer]:
        """Those of the answers that there are, by id."""
        ...

    async def forget(self, thread: str) -> None:
        """Forget a thread's."""
        ...


_KEY = ("thread", "task", "asked")
_NAMES = [field.name for field in fields(HeldAnswer)]
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS held (
    {", ".join(f"{name} TEXT NOT NULL" for name in _NAMES)},
    PRIMARY KEY ({", ".join(_KEY)})
) WITHOUT ROWID
"""
_KEEP = f"""
INSERT INTO held ({", ".join(_NAMES)}) VALUES ({", ".join("?" for _ in _NAMES)}) ON CONFLICT ({", ".join(_KEY)})
DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _NAMES if name not in _KEY)}
"""  # noqa: S608 - names of ours
_LOOK = f"SELECT {', '.join(_NAMES)} FROM held WHERE "  # noqa: S608 - names of ours


class ReviewsTable:
    """The answers in a table of `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, held: HeldAnswer) -> None:
        """Keep an answer."""
        await in_thread(self._database, lambda: self._change(_KEEP, astuple(held)), ReviewError)

    async def find(self, thread: str, task: str, asked: str) -> HeldAnswer | None:
        """The answer that is held there."""
        where, key = "thread = ? AND task = ? AND asked = ?", (thread, task, asked)
        found = await in_thread(self._database, lambda: self._found(where, key), ReviewError)
        return found[0] if found else None

    async def of(self, review_ids: Iterable[str]) -> dict[str, HeldAnswer]:
        """Those of the answers that there are, by id."""
        where, wanted = f"review_id IN ({self._database.listed})", json.dumps(list(review_ids))
        found = await in_thread(self._database, lambda: self._found(where, (wanted,)), ReviewError)
        return {held.review_id: held for held in found}

    async def forget(self, thread: str) -> None:
        """Forget a thread's."""
        await in_thread(self._database, lambda: self._forget(thread), ReviewError)

    def _change(self, statement: str, values: tuple[str, ...]) -> None:
        with self._database.changing() as tables:
            tables.execute(statement, values)

    def _found(self, where: str, values: tuple[str, ...]) -> list[HeldAnswer]:
        with self._database.reading() as tables:
            rows = tables.execute(_LOOK + where, values).fetchall() if tables else []
        return [HeldAnswer(*row) for row in rows]

    def _forget(self, thread: str) -> None:
        with self._database.reading() as tables:
            if tables is None:
                return
        self._change("DELETE FROM held WHERE thread = ?", (thread,))


class SqliteReviews(ReviewsTable):
    """The answers in the file at `path`, which is made with the first of them."""

    def __init__(self, path: Path) -> None:
        super().__init__(SqliteFile(path, _SCHEMA))
