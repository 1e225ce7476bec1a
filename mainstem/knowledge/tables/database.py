"""The tables and views of an SQLite database, as rows of text."""

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mainstem.knowledge.errors import Unreadable

_TABLES = (
    "SELECT name, type = 'view' FROM sqlite_master WHERE type IN ('table', 'view') "
    r"AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY type, rowid"
)
_TRUTH = {"0": "false", "1": "true"}


@dataclass(frozen=True)
class DatabaseTable:
    """A table or view: its name, and what its columns are called."""

    name: str
    header: list[str]
    _source: sqlite3.Connection
    _truths: frozenset[int]

    def rows(self) -> Iterator[list[str]]:
        """All rows; of a column that is declared as one of truths, 0 and 1 are these."""
        for row in self._source.execute(_select(self.name)):
            yield [self._said(at, value) for at, value in enumerate(row)]

    def _said(self, at: int, value: object) -> str:
        said = "" if value is None else value.hex() if isinstance(value, bytes) else str(value)
        return _TRUTH.get(said, said) if at in self._truths else said


@contextmanager
def open_database(path: Path) -> Generator[Sequence[DatabaseTable]]:
    """The tables of the database at `path`, then its views; one that is broken is left out. Raises `Unreadable`."""
    try:
        with closing(_opened(path)) as source:
            source.text_factory = _text
            named = source.execute(_TABLES).fetchall()
            yield [table for name, is_view in named if (table := _table(source, name, is_view=bool(is_view)))]
    except sqlite3.Error as error:
        raise Unreadable(f"not an SQLite database that can be read ({error})") from error


def _table(source: sqlite3.Connection, name: str, *, is_view: bool) -> DatabaseTable | None:
    try:
        header = [column[0] for column in source.execute(f"{_select(name)} LIMIT 1").description]
    except sqlite3.OperationalError:
        if is_view:  # of a table that is gone, or a function that is not here
            return None
        raise
    declared = {column[1]: str(column[2]).upper() for column in source.execute(f"PRAGMA table_info({_quoted(name)})")}
    truths = frozenset(at for at, column in enumerate(header) if declared.get(column, "").startswith("BOOL"))
    return DatabaseTable(name, header, source, truths)


def _select(name: str) -> str:
    return f"SELECT * FROM {_quoted(name)}"  # noqa: S608 (a table's own name, quoted)


def _opened(path: Path) -> sqlite3.Connection:
    source = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1.0)
    try:
        source.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        # In a folder that cannot be written, a database in WAL mode opens only as one that nobody changes.
        source.close()
        source = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    return source


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
