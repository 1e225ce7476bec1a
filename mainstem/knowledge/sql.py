"""One guarded SQL query over the copies of tables: it can read them, and nothing else.

DuckDB's own statement type is not enough of a guard: since 2.0 it calls `WITH x AS (COPY … TO 'file') SELECT …` a
SELECT, and writes the file. So the parsed query itself is looked through, and only what is known to read is let pass.
"""

import json
import math
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from mainstem.knowledge.errors import QueryError
from mainstem.knowledge.tables import Table
from mainstem.knowledge.work import Stop, watched

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_SQL_CHARS = 20_000
"""Longer queries are refused."""

MAX_CELL_CHARS = 10_000
"""Longer texts in a result are cut."""

MAX_RESULT_CHARS = 1_000_000
"""A result ends with the row that reaches this size."""

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree", "repeat"})
_SETTINGS: dict[str, Any] = {
    "threads": 2,
    "memory_limit": "512MB",
    "temp_directory": "",
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


@dataclass(frozen=True)
class QueryResult:
    """Rows of JSON-able values; `truncated` when there were more rows, or longer texts, than were asked for."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    truncated: bool
    seconds: float


def query(sql: str, tables: Sequence[tuple[Table, Path]], max_rows: int, seconds: float, stop: Stop) -> QueryResult:
    """Run one SELECT over `tables` (each with its Parquet copy). Raises `QueryError`."""
    import duckdb

    began = monotonic()
    with (
        duckdb.connect(":memory:", config=_SETTINGS) as connection,
        _errors(tables, seconds, stop),
        watched(connection, stop, seconds),
    ):
        wanted = _checked(_parsed(connection, sql))
        known = {table.name.lower() for table, _ in tables}
        # With a name that is no table's (information_schema, say), all of them are shown.
        _lock_in(connection, [each for each in tables if not wanted <= known or each[0].name.lower() in wanted])
        result = connection.execute(sql)
        columns = tuple(column[0] for column in result.description or ())
        rows, truncated = _taken(result, max(max_rows, 1))
    return QueryResult(columns, rows, truncated, monotonic() - began)


def _parsed(connection: "DuckDBPyConnection", sql: str) -> dict[str, Any]:
    if len(sql) > MAX_SQL_CHARS:
        raise QueryError(f"The query is longer than {MAX_SQL_CHARS} characters. Write a shorter one.")
    ((text,),) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()
    try:
        parsed: dict[str, Any] = json.loads(text)
    except RecursionError as error:
        raise QueryError(_TOO_DEEP) from error
    if parsed.get("error_type") == "not implemented":
        raise QueryError(_ONLY_SELECT)
    if "depth" in parsed.get("error_message", ""):
        raise QueryError(_TOO_DEEP)
    if parsed.get("error"):
        raise QueryError(f"The SQL is not valid: {parsed.get('error_message')}. Correct it and try again.")
    if len(parsed["statements"]) != 1:
        raise QueryError(f"Give exactly one SELECT statement, not {len(parsed['statements'])}.")
    return parsed


_ONLY_SELECT = (
    "Only a plain SELECT is allowed: nothing that writes, copies, attaches, installs or sets. Rewrite it as one."
)
_TOO_DEEP = "The query is nested too deeply. Write a plainer one."


def _checked(parsed: dict[str, Any]) -> set[str]:
    """The names of the tables that a query reads. Raises `QueryError` unless it consists of SELECTs over tables."""
    wanted: set[str] = set()
    for part in _parts(parsed["statements"]):
        kind = part.get("type")
        if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _QUERIES:
            raise QueryError(_ONLY_SELECT)
        if kind == "TABLE_FUNCTION" and (name := _function(part)) not in _TABLE_FUNCTIONS:
            raise QueryError(f"{name}() is not allowed here: a query reads only the indexed tables. Name one of them.")
        if kind == "BASE_TABLE":
            if "/" in (name := str(part.get("table_name"))):
                raise QueryError("A query reads only the indexed tables, no files. Name a table.")
            wanted.add(name.lower())
        if kind == "SHOW_REF":
            wanted.add("")
    return wanted


def _function(part: dict[str, Any]) -> str:
    return str(part.get("function", {}).get("function_name", "this function")).lower()


def _parts(value: object) -> Iterator[dict[str, Any]]:
    rest = [value]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            yield cast("dict[str, Any]", value)
            rest.extend(cast("dict[str, object]", value).values())
        elif isinstance(value, list):
            rest.extend(cast("list[object]", value))


def _lock_in(connection: "DuckDBPyConnection", tables: Sequence[tuple[Table, Path]]) -> None:
    """Show the copies as views, and shut every other way out of the process."""
    for table, path in tables:
        name = table.name.replace('"', '""')
        connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet({_literal(path)})')  # noqa: S608
    connection.execute(f"SET allowed_paths = [{', '.join(_literal(path) for _, path in tables)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _taken(result: Any, max_rows: int) -> tuple[tuple[tuple[object, ...], ...], bool]:
    rows: list[tuple[object, ...]] = []
    size = 0
    while (row := result.fetchone()) is not None:
        if len(rows) == max_rows or size > MAX_RESULT_CHARS:
            return tuple(rows), True
        values = tuple(_jsonable(value) for value in row)
        size += sum(len(value) if isinstance(value, str) else 8 for value in values)
        rows.append(values)
    return tuple(rows), any(_is_cut(value) for row in rows for value in row)


def _is_cut(value: object) -> bool:
    return isinstance(value, str) and len(value) > MAX_CELL_CHARS


def _jsonable(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case str():
            return value if len(value) <= MAX_CELL_CHARS else value[:MAX_CELL_CHARS] + "…"
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date() | datetime() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case bytes():
            return value[: MAX_CELL_CHARS // 2].hex()
        case list() | tuple():
            return [_jsonable(each) for each in cast("Sequence[object]", value)]
        case dict():
            return {str(key): _jsonable(each) for key, each in cast("dict[object, object]", value).items()}
        case _:
            return str(value)


@contextmanager
def _errors(tables: Sequence[tuple[Table, Path]], seconds: float, stop: Stop) -> Generator[None]:
    import duckdb

    try:
        yield
    except duckdb.InterruptException as error:
        stop.check()
        raise QueryError(
            f"The query took longer than {seconds:g} seconds and was stopped. Ask for less: filter, aggregate or limit."
        ) from error
    except duckdb.Error as error:
        stop.check()
        raise QueryError(_explained(error, tables)) from error


def _explained(error: Exception, tables: Sequence[tuple[Table, Path]]) -> str:
    import duckdb

    line = str(error).split("\n\n", 1)[0].strip()[:500]
    if "pytz" in line:
        return "A time with a zone cannot be shown. Cast it: CAST(… AS VARCHAR) or CAST(… AS TIMESTAMP)."
    if isinstance(error, duckdb.OutOfMemoryException):
        return "The query needs more memory than it may have. Ask for less: filter, aggregate or limit."
    if isinstance(error, duckdb.PermissionException):
        return "A query reads only the indexed tables, no files. Name a table. " + _known(tables)
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return f"{line.rstrip('.')}. {_known(tables)}"
    return f"{line.rstrip('.')}. Correct the query and try again."


def _known(tables: Sequence[tuple[Table, Path]]) -> str:
    if not tables:
        return "No tables are indexed here."
    shown = [f"{table.name} ({', '.join(column.name for column in table.columns[:20])})" for table, _ in tables[:5]]
    more = f" and {len(tables) - len(shown)} more" if len(tables) > len(shown) else ""
    return f"The tables are: {'; '.join(shown)}{more}."
