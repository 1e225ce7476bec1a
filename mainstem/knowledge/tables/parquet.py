"""Copies: the tables of a file as Parquet, each column typed by what its values are."""

import csv
import errno
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats.text import decode
from mainstem.knowledge.tables import database, spreadsheet
from mainstem.knowledge.tables.delimited import Delimited
from mainstem.knowledge.tables.distinct import with_values
from mainstem.knowledge.tables.layout import LOOKED_AT, layout
from mainstem.knowledge.tables.typed_rows import SAMPLE_CHARS, SAMPLE_ROWS, RowSource, typed
from mainstem.stores.knowledge import Column, TableCopy

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_SETTINGS: dict[str, Any] = {
    "threads": 1,
    "memory_limit": "512MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

LINE_BYTES = 32_000_000
"""Bytes of a line that DuckDB makes room for where no line is longer."""

NamedRows = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""What a table is called, the names of its columns, and its rows."""


class ParquetCopier:
    """Makes copies, with one DuckDB that is started for the first of them."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._connection: DuckDBPyConnection | None = None

    def copy(self, path: Path, kind: str, data: bytes, target: Path) -> list[TableCopy]:
        """Copy the tables of a file to `target`-0.parquet, -1 and so on. Raises `Unreadable` with the reason."""
        with self._cursor(kind, target) as connection:
            return self._copied(connection, path, kind, data, target)

    def copy_inner(self, tables: Iterable[NamedRows], target: Path) -> list[TableCopy]:
        """Copy tables that stand in a document to `target`-0.parquet and so on; what cannot be copied is left out."""
        copies: list[TableCopy] = []
        for inner, header, rows in tables:
            place = _numbered(target, len(copies))
            with suppress(Unreadable), self._cursor("table", target) as connection:
                copies.append(copy_rows(connection, inner, header, lambda rows=rows: iter(rows), place))
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

    def _copied(
        self, connection: "DuckDBPyConnection", path: Path, kind: str, data: bytes, target: Path
    ) -> list[TableCopy]:
        match kind:
            case "parquet":
                return [_copy_parquet(connection, path, _numbered(target, 0))]
            case "sqlite":
                with database.open_database(path) as tables:
                    return [
                        copy_rows(connection, each.name, each.header, each.rows, _numbered(target, number))
                        for number, each in enumerate(tables)
                    ]
            case "xlsx":
                return list(_copy_sheets(connection, spreadsheet.sheets(data, self._max_bytes), target))
            case _:
                return [_copy_delimited(connection, Delimited(decode(data), kind), _numbered(target, 0))]


def _copy_parquet(connection: "DuckDBPyConnection", path: Path, target: Path) -> TableCopy:
    relation = connection.read_parquet(str(path))
    # A time with a zone reaches Python only through a further package.
    zoned = [n for n, t in zip(relation.columns, relation.types, strict=True) if str(t) == "TIMESTAMP WITH TIME ZONE"]
    if zoned:
        plain = ", ".join(f"{_quoted(name)}::TIMESTAMP AS {_quoted(name)}" for name in zoned)
        relation = relation.select(f"* REPLACE ({plain})")
    columns = [Column(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
    copy = _written(connection, relation, None, columns, target)
    columns = tuple(with_values(connection, columns, str(target)))
    cells = ", ".join(f"left({_quoted(column.name)}::VARCHAR, {SAMPLE_CHARS})" for column in columns)
    sample = connection.execute(f"SELECT {cells} FROM read_parquet(?) LIMIT {SAMPLE_ROWS}", [str(target)]).fetchall()  # noqa: S608
    return replace(copy, columns=columns, sample=tuple(tuple(cell or "" for cell in row) for row in sample))


def _copy_sheets(connection: "DuckDBPyConnection", sheets: spreadsheet.Sheets, target: Path) -> Iterator[TableCopy]:
    for number, (name, rows) in enumerate(sheets):
        inner = name if len(sheets) > 1 else None
        yield _copy_laid_out(connection, inner, lambda rows=rows: iter(rows), (), _numbered(target, number))


def _copy_delimited(connection: "DuckDBPyConnection", read: Delimited, target: Path) -> TableCopy:
    copy = _copy_laid_out(connection, None, read.rows, (), target)
    return replace(copy, notes=(*read.notes, *copy.notes))


def _copy_laid_out(
    connection: "DuckDBPyConnection", inner: str | None, rows: RowSource, notes: Sequence[str], target: Path
) -> TableCopy:
    """Copy rows of which the first say where the table begins and what its columns are called."""
    found = layout(list(islice(rows(), LOOKED_AT)))
    return copy_rows(
        connection, inner, found.header, lambda: islice(rows(), found.first, None), target, (*notes, *found.notes)
    )


def copy_rows(
    connection: "DuckDBPyConnection",
    inner: str | None,
    header: Sequence[str],
    rows: RowSource,
    target: Path,
    notes: Sequence[str] = (),
) -> TableCopy:
    """Copy rows of text to `target`, typed by column. Raises `Unreadable` when there is no column."""
    read = typed(header, rows, notes)
    plain = target.with_suffix(".csv")
    try:
        longest, columns = read.write(plain)
        line = max(LINE_BYTES, longest)
        relation = connection.read_csv(
            str(plain), header=False, auto_detect=False, columns={each.name: each.type for each in read.columns},
            delimiter=",", quotechar='"', escapechar='"', max_line_size=line, buffer_size=2 * line,
        )  # fmt: skip
        copy = _written(connection, relation, inner, columns, target)
    finally:
        plain.unlink(missing_ok=True)
    return replace(copy, sample=read.sample, notes=read.notes)


def _written(
    connection: "DuckDBPyConnection",
    relation: "DuckDBPyRelation",
    inner: str | None,
    columns: Sequence[Column],
    target: Path,
) -> TableCopy:
    temporary = target.with_suffix(".tmp")
    relation.write_parquet(str(temporary), compression="zstd")
    ((count,),) = connection.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(temporary)]).fetchall()
    temporary.replace(target)
    return TableCopy(inner, target, tuple(columns), count)


def _numbered(target: Path, number: int) -> Path:
    return target.with_name(f"{target.name}-{number}.parquet")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
