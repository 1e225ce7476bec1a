"""The migration as a whole: what keeps it from beginning, what is moved in which order, and what came of it."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...settings import Settings
from ...text import one_line
from ..journal.process_mark import living
from ..opening import EmbeddedStores
from ..postgres.database import Pool, pool_of
from ..postgres.opening import PostgresStores
from .errors import MigrationError, NotEqual
from .runs import RunsMove
from .tables import TABLES, TableMove, opened
from .threads import ThreadsMove

HINT = "End it, and run this again: what was moved stays moved."


class Move(Protocol):
    """What is moved by itself."""

    def check(self) -> None:
        """Raise `Conflict` where the database holds something else in its place."""
        ...

    def move(self) -> int:
        """Write what is not there; how many that were."""
        ...

    def verify(self) -> int:
        """Compare all of it with what is there; how many there are. Raises `NotEqual`."""
        ...


@dataclass(frozen=True)
class Moved:
    """What is in the database now, equal to what is in the home."""

    counts: dict[str, int]
    """How many of each, by what people call them."""
    new: dict[str, int]
    """How many of those were moved just now."""
    place: str
    """The database, without a password."""
    digest: str
    """The hash of all runs' records."""


def migrate(settings: Settings, url: str, tell: Callable[[str], object] = lambda _: None) -> Moved:
    """Move what is under the settings' home into the database at `url`, and check it; blocks. `tell`: how far it is.

    Documents and tables are not moved: they are indexed anew. Raises `MigrationError` where nothing could be moved or
    not all of it, `DatabaseError`, `JournalError`, and what the databases raise.
    """
    home, pool = settings.home, pool_of(url)
    _check_home(home)
    asyncio.run(_prepare(home, url))
    with ExitStack() as stack:
        connection = stack.enter_context(pool.connect())
        threads = stack.enter_context(ThreadsMove(home, pool))
        runs = RunsMove(home, connection, pool.place)
        moves: dict[str, Move] = {"threads": threads, "runs": runs}
        moves |= {table.what: TableMove(table, home, connection, pool.place) for table in TABLES}
        return _moved(home, pool, moves, tell, threads, runs)


def _moved(
    home: Path, pool: Pool, moves: dict[str, Move], tell: Callable[[str], object], threads: ThreadsMove, runs: RunsMove
) -> Moved:
    for what, each in moves.items():
        tell(f"looking for {what} in the database")
        each.check()
    new, counts = dict[str, int](), dict[str, int]()
    for what, each in moves.items():
        tell(f"moving {what}")
        new[what] = each.move()
    for what, each in moves.items():
        tell(f"comparing {what}")
        counts[what] = each.verify()
    if living(home / "journal.sqlite"):
        raise NotEqual(f"Somebody has begun to use {home} meanwhile.")
    counts |= {"checkpoints": threads.checkpoints, "events": runs.events}
    return Moved(counts, new, pool.place, runs.digest)


def _check_home(home: Path) -> None:
    """Raise `MigrationError` where there is nothing to move, or somebody still writes to it."""
    files = ("threads.sqlite", "journal.sqlite", *(table.file for table in TABLES))
    if not any((home / file).exists() for file in files):
        raise MigrationError(f"There is nothing to move in {home}.", hint="Name the folder with --home.")
    if living(home / "journal.sqlite"):
        raise MigrationError(f"A server, or another command, still uses {home}.", hint=HINT)
    for file in files:
        _check_whole(home / file)


def _check_whole(path: Path) -> None:
    """Raise `MigrationError` for a file that is damaged: using it would move it aside, and begin an empty one."""
    try:
        with closing(opened(path)) as source:
            found = str(source.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        hint = "Nothing was moved: put a copy that is whole in its place, or take it away to move the rest."
        raise MigrationError(f"{path} is damaged: {one_line(found)}.", hint=hint)


async def _prepare(home: Path, url: str) -> None:
    """End what dead processes left open in the home, and make the tables in the database."""
    journal = EmbeddedStores(home).journal
    try:
        await journal.recover()
    finally:
        await journal.close()
    if journal.broken:
        raise MigrationError(f"The journal in {home} cannot be used: {journal.broken}.")
    async with PostgresStores(url, home).threads.saver():
        pass
