"""Answers that a policy holds for a person's review: what is to be decided, and what led there."""

import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Protocol

from mainstem.stores.small_file import changing, in_thread
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


_NAMES = ", ".join(field.name for field in fields(HeldAnswer))
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS held (
    {", ".join(f"{field.name} TEXT NOT NULL" for field in fields(HeldAnswer))},
    PRIMARY KEY (thread, task, asked)
) WITHOUT ROWID
"""


class SqliteReviews:
    """The answers in the file at `path`, which is made with the first of them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def keep(self, held: HeldAnswer) -> None:
        """Keep an answer."""
        await in_thread(lambda: self._keep(held), ReviewError)

    async def find(self, thread: str, task: str, asked: str) -> HeldAnswer | None:
        """The answer that is held there."""
        where = "thread = ? AND task = ? AND asked = ?"
        found = await in_thread(lambda: self._found(where, [(thread, task, asked)]), ReviewError)
        return found[0] if found else None

    async def of(self, review_ids: Iterable[str]) -> dict[str, HeldAnswer]:
        """Those of the answers that there are, by id."""
        wanted = [(review_id,) for review_id in review_ids]
        found = await in_thread(lambda: self._found("review_id = ?", wanted), ReviewError)
        return {held.review_id: held for held in found}

    async def forget(self, thread: str) -> None:
        """Forget a thread's."""
        await in_thread(lambda: self._forget(thread), ReviewError)

    def _keep(self, held: HeldAnswer) -> None:
        with changing(self._path, _SCHEMA) as database:
            values = ", ".join("?" for _ in fields(HeldAnswer))
            database.execute(f"INSERT OR REPLACE INTO held ({_NAMES}) VALUES ({values})", astuple(held))  # noqa: S608 - names of ours

    def _found(self, where: str, wanted: list[tuple[str, ...]]) -> list[HeldAnswer]:
        if not (wanted and self._path.exists()):
            return []
        with changing(self._path, _SCHEMA) as database:
            look = f"SELECT {_NAMES} FROM held WHERE {where}"  # noqa: S608 - names of ours
            rows: list[sqlite3.Row] = [row for values in wanted for row in database.execute(look, values)]
        return [HeldAnswer(*row) for row in rows]

    def _forget(self, thread: str) -> None:
        if self._path.exists():
            with changing(self._path, _SCHEMA) as database:
                database.execute("DELETE FROM held WHERE thread = ?", (thread,))
