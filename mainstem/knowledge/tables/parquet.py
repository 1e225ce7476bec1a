"""Copies: the tables of a CSV, TSV, Parquet or SQLite file as Parquet, each column typed by what its values are."""

import csv
import errno
import re
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats.text import decode
from mainstem.knowledge.tables.delimited import Delimited, names
from mainstem.stores.knowledge import Column, TableCopy

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

MAX_COLUMNS = 2_000
"""A table with more is not read."""

# Numbers with a leading zero are names (postcodes, part numbers), integers beyond 18 digits do not fit, and a date is
# taken only where day and month are certain.
_FORMS = re.compile(
    r"(?P<whole>[-+]?(?:0|[1-9]\d{0,17}))"
    r"|(?P<real>[-+]?(?:(?:0|[1-9]\d{0,14})(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,2})?)"
    r"|(?P<truth>true|false|True|False|TRUE|FALSE)"
    r"|(?P<day>\d{4}-\d\d-\d\d)"
    r"|(?P<moment>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)"
)
_TYPES = (
    ({"whole"}, "BIGINT"),
    ({"whole", "real"}, "DOUBLE"),
    ({"truth"}, "BOOLEAN"),
    ({"day"}, "DATE"),
    ({"day", "moment"}, "TIMESTAMP"),
)
_TEXT = "VARCHAR"
_TABLES = r"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY rowid"

_SETTINGS: dict[str, Any] = {
    "threads": 1,
    "memory_limit": "512MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

LINE_BYTES = 32_000_000
"""Bytes of a line that DuckDB makes room for where no line is longer."""

RowSource = Callable[[], Iterator[Sequence[str]]]
"""The rows of a table, from the first on at every call."""

NamedRows = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""What a table is called, the names of its columns, and its rows."""


class ParquetCopier:
    """Makes copies, with one DuckDB that is started for the first of them."""

    def __init__(self) -> None:
        self._connection: DuckDBPyConnection | None = None

    def copy(self, path: Path, kind: str, data: bytes, target: Path) -> list[TableCopy]:
        """Copy the tables of a file to `target`-0.parquet, -1 and so on. Raises `Unreadable` with the reason."""
        with self._cursor(kind, target) as connection:
            return _copied(connection, path, kind, data, target)

    def copy_inner(self, tables: Iterable[NamedRows], target: Path) -> list[TableCopy]:
        """Copy tables that stand in a document to `target`-0.parquet and so on; what cannot be copied is left out."""
        copies: list[TableCopy] = []
        for inner, header, rows in tables:
            place = _numbered(target, len(copies))
            with suppress(Unreadable), self._cursor("table", target) as connection:
                copies.append(_copy_rows(connection, inner, header, lambda rows=rows: iter(rows), place))
        return copies

    @contextmanager
    def _cursor(self, kind: str, target: Path) -> "Generator[DuckDBPyConnection]":
        import duckdb

        target.parent.mkdir(parents=True, exist_ok=True)
        self._connection = self._connection or duckdb.connect(":memory:", config=dict(_SETTINGS))
        try:
            # A cursor of its own, so that what one broken file leaves behind does not spoil the next.
            with self._connection.cursor() as connection:
                yield connection
        except csv.Error as error:
            raise Unreadable(f"not a {kind} file that can be read ({error})") from error
        except duckdb.Error as error:
            line = str(error).split("\n", 1)[0]
            if "No space left" in line:
                raise OSError(errno.ENOSPC, line, str(target)) from error
            if isinstance(error, duckdb.OutOfMemoryException):
                raise MemoryError from error
            raise Unreadable(f"not a {kind} file that can be read ({line[:200]})") from error


def _copied(connection: "DuckDBPyConnection", path: Path, kind: str, data: bytes, target: Path) -> list[TableCopy]:
    match kind:
        case "parquet":
            return [_copy_parquet(connection, path, target)]
        case "sqlite":
            return _copy_sqlite(connection, path, target)
        case _:
            rows = Delimited(decode(data), kind)
            return [_copy_rows(connection, None, rows.header(), rows.rows, _numbered(target, 0))]


def _copy_parquet(connection: "DuckDBPyConnection", path: Path, target: Path) -> TableCopy:
    relation = connection.read_parquet(str(path))
    # A time with a zone reaches Python only through a further package.
    zoned = [n for n, t in zip(relation.columns, relation.types, strict=True) if str(t) == "TIMESTAMP WITH TIME ZONE"]
    if zoned:
        plain = ", ".join(f"{_quoted(name)}::TIMESTAMP AS {_quoted(name)}" for name in zoned)
        relation = relation.select(f"* REPLACE ({plain})")
    return _written(connection, relation, None, _numbered(target, 0))


def _copy_sqlite(connection: "DuckDBPyConnection", path: Path, target: Path) -> list[TableCopy]:
    try:
        with closing(_opened(path)) as source:
            source.text_factory = _text
            return [
                _copy_sqlite_table(connection, source, name, _numbered(target, number))
                for number, (name,) in enumerate(source.execute(_TABLES).fetchall())
            ]
    except sqlite3.Error as error:
        raise Unreadable(f"not an SQLite database that can be read ({error})") from error


def _copy_sqlite_table(
    connection: "DuckDBPyConnection", source: sqlite3.Connection, name: str, target: Path
) -> TableCopy:
    select = f"SELECT * FROM {_quoted(name)}"  # noqa: S608 (a table's own name, quoted)
    header = [column[0] for column in source.execute(f"{select} LIMIT 0").description]
    return _copy_rows(
        connection, name, header, lambda: (list(map(_cell, row)) for row in source.execute(select)), target
    )


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


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.hex() if isinstance(value, bytes) else str(value)


def _copy_rows(
    connection: "DuckDBPyConnection", inner: str | None, header: Sequence[str], rows: RowSource, target: Path
) -> TableCopy:
    """Write the rows as one plain CSV of known types, which DuckDB reads fast and surely, and from it the copy."""
    types = _types(rows())
    columns = names(header, len(types))
    if not columns:
        raise Unreadable("it is empty")
    if len(columns) > MAX_COLUMNS:
        raise Unreadable(f"{len(columns)} columns, more than {MAX_COLUMNS}")
    typed = dict(zip(columns, [*types, *[_TEXT] * len(columns)], strict=False))
    plain = target.with_suffix(".csv")
    try:
        with plain.open("w", encoding="utf-8", newline="") as file:
            lines = _Lines(file)
            writer = csv.writer(lines, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerows(_filled(row, len(columns)) for row in rows())
        line = max(LINE_BYTES, lines.longest)
        relation = connection.read_csv(
            str(plain), header=False, auto_detect=False, columns=typed, delimiter=",", quotechar='"', escapechar='"',
            max_line_size=line, buffer_size=2 * line,
        )  # fmt: skip
        return _written(connection, relation, inner, target)
    finally:
        plain.unlink(missing_ok=True)


class _Lines:
    """Where CSV is written to; `longest` is how many bytes the longest line takes."""

    def __init__(self, file: TextIO) -> None:
        self.longest = 0
        self._file = file

    def write(self, line: str) -> None:
        """Write a line."""
        self.longest = max(self.longest, len(line) if line.isascii() else len(line.encode()))
        self._file.write(line)


def _filled(row: Sequence[str], width: int) -> Iterator[str]:
    return chain((cell.strip() for cell in row), [""] * (width - len(row)))


def _types(rows: Iterator[Sequence[str]]) -> list[str]:
    """The type of each column: the first that all of its values have; text when it has none."""
    forms: list[set[str]] = []
    for row in rows:
        while len(forms) < len(row):
            forms.append(set())
        for known, cell in zip(forms, row, strict=False):
            if _TEXT not in known and (cell := cell.strip()):
                known.add(_form(cell))
    return [next((name for allowed, name in _TYPES if known and known <= allowed), _TEXT) for known in forms]


def _form(cell: str) -> str:
    match = _FORMS.fullmatch(cell)
    form = (match and match.lastgroup) or _TEXT
    if form in ("day", "moment"):
        try:
            datetime.fromisoformat(cell)
        except ValueError:
            return _TEXT
    return form


def _written(
    connection: "DuckDBPyConnection", relation: "DuckDBPyRelation", inner: str | None, target: Path
) -> TableCopy:
    temporary = target.with_suffix(".tmp")
    relation.write_parquet(str(temporary), compression="zstd")
    ((count,),) = connection.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(temporary)]).fetchall()
    columns = tuple(Column(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True))
    temporary.replace(target)
    return TableCopy(inner, target, columns, count)


def _numbered(target: Path, number: int) -> Path:
    return target.with_name(f"{target.name}-{number}.parquet")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
