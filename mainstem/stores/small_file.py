"""A small SQLite file that many processes change in short transactions: made with the first of them."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from mainstem.stores.home import made

T = TypeVar("T")
BUSY_SECONDS = 15.0
"""How long another process is waited for."""


@contextmanager
def changing(path: Path, schema: str) -> Generator[sqlite3.Connection]:
    """A transaction over the file at `path`, of one table that `schema` makes where there is none."""
    made(path.parent)
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as database, database:
        database.execute("BEGIN IMMEDIATE")
        database.execute(schema)
        yield database


async def in_thread(work: Callable[[], T], error: type[Exception]) -> T:
    """`work`, beside the event loop. Raises `error` where the file cannot be used."""
    try:
        return await asyncio.to_thread(work)
    except (OSError, sqlite3.Error) as failure:
        raise error(str(failure)) from failure
