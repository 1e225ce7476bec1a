"""The process of one query: reads a request from its input as JSON, and answers in lines of JSON.

The first line is the list of columns, and then comes a list a row, as soon as there is one. The last line is an object:
`truncated` and `total`, or what went wrong (`refused`, `damaged`), perhaps after some rows.

It starts anew for every query, and so imports nothing of this package and only DuckDB's core beside the standard
library. DuckDB's own statement type is not enough of a guard: since 2.0 it calls
`WITH x AS (COPY … TO 'file') SELECT …` a SELECT, and writes the file. So the parsed query itself is looked through, and
only what is known to read is let pass.
"""

import json
import math
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")

MAX_CELL_CHARS = 10_000
"""Longer values in a result are cut."""

MAX_COUNTED = 1_000_000
"""Rows of a result up to which it is said how many there are; more of them are *more*."""

_COUNTED_AT_ONCE = 10_000

MAX_RESULT_CHARS = 1_000_000
"""A result ends with the row that reaches this size; no row is larger."""

MEMORY_LIMIT = 1_536 << 20
"""Bytes of addresses that the process may have, its program included: the system refuses it more."""

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree", "repeat"})
_SYSTEM_TABLES = frozenset({"tables", "columns", "schemata"})  # of information_schema: names and types, no paths
_SYSTEM_NAMES = ("duckdb_", "pg_", "sqlite_", "pragma_")
_LISTS = frozenset({'"tables"', "__show_tables_expanded"})
_TELLING = frozenset({"current_setting", "getenv", "json_serialize_plan", "write_log"})
"""Functions that tell of the machine, or write its logs; those that begin as system tables do are refused, too."""

_SETTINGS: dict[str, Any] = {
    "threads": 2,
    "memory_limit": "512MB",
    "temp_directory": "",
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
_ONLY_SELECT = (
    "Only a plain SELECT is allowed: nothing that writes, copies, attaches, installs or sets. Rewrite it as one."
)
_TOO_DEEP = "The query is nested too deeply. Write a plainer one."
_TOO_MUCH = "The query needs more memory than it may have. Ask for less: filter, aggregate or limit."


class Refused(Exception):
    """What whoever wrote the query is told."""


class Damaged(Exception):
    """A table's copy cannot be read; its argument is the copy's path."""


def main() -> None:
    """Answer the one request."""
    request = json.load(sys.stdin.buffer)
    sys.path.append(sys.argv[1])
    duckdb = _duckdb()
    _limit_memory()
    _limit_time(request["seconds"])
    try:
        reply = query_result(duckdb, request, _write)
    except Refused as error:
        reply = {"refused": str(error)}
    except Damaged as error:
        reply = {"damaged": str(error)}
    except MemoryError:
        reply = {"refused": _TOO_MUCH}
    _write(reply)


def _write(line: object) -> None:
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode(errors="replace") + b"\n")
    sys.stdout.buffer.flush()


def _duckdb() -> Any:
    # The core alone is there in half the time of the package around it.
    try:
        import _duckdb as core
    except ImportError:
        import duckdb as core
    return core


def _limit_memory() -> None:
    # Not every system has such limits, nor lets a process set them.
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        size = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _limit_time(seconds: float) -> None:
    # Nobody handles the signal: the system itself ends the process, whatever it is at.
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def query_result(duckdb: Any, request: dict[str, Any], write: Callable[[object], None]) -> dict[str, Any]:
    """Write the columns and rows that a query gives; returns how many there are. Raises `Refused`, `Damaged`."""
    wanted, tables = set[str](), request["tables"]
    try:
        with duckdb.connect(":memory:", config=_SETTINGS) as connection:
            names = {name.lower() for name, _ in tables}
            parsed = _parsed(connection, request["sql"])
            wanted = _checked(parsed, names, request["known"])
            shows = any(part.get("type") == "SHOW_REF" for part in _parts(parsed["statements"]))
            # With a list of the tables (information_schema, say), all of them are shown.
            all_known = wanted <= names
            _lock_in(duckdb, connection, [each for each in tables if not all_known or each[0].lower() in wanted])
            if not shows:  # what does not bind is said before anything runs
                connection.execute(f"EXPLAIN {request['sql']}")
            result = connection.execute(request["sql"])
            write([column[0] for column in result.description or ()])
            taken, more, cut = _taken(result, request["max_rows"], write)
            total = _total(result, taken) if more else taken
    except duckdb.Error as error:
        _look_for_damage(duckdb, error, [path for name, path in request["tables"] if name.lower() in wanted])
        raise Refused(_without_paths(_explained(duckdb, error, request["known"]), request["tables"])) from error
    return {"truncated": more or cut, "total": total}


def _parsed(connection: "DuckDBPyConnection", sql: str) -> dict[str, Any]:
    ((text,),) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()
    try:
        parsed: dict[str, Any] = json.loads(text)
    except RecursionError as error:
        raise Refused(_TOO_DEEP) from error
    if parsed.get("error_type") == "not implemented":
        raise Refused(_ONLY_SELECT)
    if "depth" in parsed.get("error_message", ""):
        raise Refused(_TOO_DEEP)
    if parsed.get("error"):
        raise Refused(f"The SQL is not valid: {parsed.get('error_message')}. Correct it and try again.")
    if len(parsed["statements"]) != 1:
        raise Refused(f"Give exactly one SELECT statement, not {len(parsed['statements'])}.")
    return parsed


def _checked(parsed: dict[str, Any], names: set[str], known: str) -> set[str]:
    """The tables that a query reads, "" for a list of them. Raises `Refused` unless it is of SELECTs over tables.

    DuckDB's own tables and settings tell where the copies lie, who runs the program and how: they are not let pass.
    """
    parts = list(_parts(parsed["statements"]))
    named = {each["key"].lower() for part in parts for each in part.get("cte_map", {}).get("map", ())}
    wanted: set[str] = set()
    for part in parts:
        kind = part.get("type")
        if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _QUERIES:
            raise Refused(_ONLY_SELECT)
        if kind == "TABLE_FUNCTION" and (name := _function(part)) not in _TABLE_FUNCTIONS:
            raise Refused(f"{name}() is not allowed here: a query reads only the indexed tables. Name one of them.")
        if (name := str(part.get("function_name", "")).lower()) in _TELLING or name.startswith(_SYSTEM_NAMES):
            raise Refused(f"{name}() is not allowed here: a query reads only the indexed tables.")
        if kind == "BASE_TABLE":
            wanted.add(_table(part, names, named, known))
        if kind == "SHOW_REF":
            wanted.add(_shown(part, names, known))
    return wanted & {*names, ""}


def _table(part: dict[str, Any], names: set[str], named: set[str], known: str) -> str:
    """The table that is read, or "" for a list of them. Raises `Refused`."""
    name, schema, catalog = (str(part.get(key, "")).lower() for key in ("table_name", "schema_name", "catalog_name"))
    if "/" in name:
        raise Refused("A query reads only the indexed tables, no files. Name a table.")
    if schema == "information_schema" and name in _SYSTEM_TABLES:
        return ""
    own = schema in ("", "main", "memory") and catalog in ("", "memory")
    if own and (name in names or (name in named and not name.startswith(_SYSTEM_NAMES))):
        return name
    raise Refused(f"There is no table {name!r} here. {known}")


def _shown(part: dict[str, Any], names: set[str], known: str) -> str:
    """The same for SHOW and DESCRIBE, by a name or over a query, which is looked through like any other."""
    name = str(part.get("table_name", "")).strip().lower()
    if name in ("", *_LISTS):
        return ""
    if (plain := name.strip('"')) in names:
        return plain
    raise Refused(f"There is no table {plain!r} here. {known}")


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


def _lock_in(duckdb: Any, connection: "DuckDBPyConnection", tables: Sequence[Sequence[str]]) -> None:
    """Show the copies as views, and shut every other way out of the process."""
    for table, path in tables:
        name = table.replace('"', '""')
        try:
            connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet({_literal(path)})')  # noqa: S608
        except duckdb.Error as error:
            # Whatever it is called (its names change with DuckDB's versions): the statement is ours, and so is sound.
            if _wants_memory(duckdb, error) or isinstance(error, duckdb.CatalogException):
                raise
            raise Damaged(path) from error
    connection.execute(f"SET allowed_paths = [{', '.join(_literal(path) for _, path in tables)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _look_for_damage(duckdb: Any, error: Exception, paths: Iterable[str]) -> None:
    """Raise `Damaged` where an error that may come from the data has come from a copy that cannot be read."""
    if type(error) is not duckdb.Error and not isinstance(error, duckdb.InvalidInputException | duckdb.IOException):
        return
    if _wants_memory(duckdb, error):
        return
    for path in paths:
        try:
            with duckdb.connect(":memory:", config=_SETTINGS) as connection:
                connection.execute(f"SELECT bit_xor(hash(t)) FROM read_parquet({_literal(path)}) AS t").fetchone()  # noqa: S608
        except duckdb.Error as found:
            if not _wants_memory(duckdb, found):
                raise Damaged(path) from error


def _wants_memory(duckdb: Any, error: Exception) -> bool:
    return isinstance(error, duckdb.OutOfMemoryException) or "bad_alloc" in str(error)


def _literal(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def _total(result: Any, taken: int) -> int | None:
    """How many rows there are in all, the one after those that were taken read already; None where they are many."""
    total = taken + 1
    while more := len(result.fetchmany(_COUNTED_AT_ONCE)):
        total += more
        if total > MAX_COUNTED:
            return None
    return total


def _taken(result: Any, max_rows: int, write: Callable[[object], None]) -> tuple[int, bool, bool]:
    """Write the first rows; returns how many, whether there are more, and whether a value of them was cut."""
    taken, size, cut = 0, 0, False
    while (row := result.fetchone()) is not None:
        if taken == max_rows or size > MAX_RESULT_CHARS:
            return taken, True, cut
        left = MAX_RESULT_CHARS
        values: list[object] = []
        for value in row:
            room = _Room(min(left, MAX_CELL_CHARS))
            values.append(_jsonable(value, room))
            left, cut = left - room.used, cut or room.cut
        size, taken = size + MAX_RESULT_CHARS - left, taken + 1
        write(values)
    return taken, False, cut


class _Room:
    """What one value may take, in characters; `cut` once something of it was left out."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.used = 0
        self.cut = False

    def take(self, text: str) -> str:
        left = max(self.size - self.used, 0)
        self.used += min(len(text), left)
        if len(text) <= left:
            return text
        self.cut = True
        return text[:left] + "…"

    def takes(self, size: int) -> bool:
        self.used += size
        self.cut = self.cut or self.used > self.size
        return self.used <= self.size


def _jsonable(value: object, room: _Room) -> object:
    match value:
        case Decimal():
            return _jsonable(int(value) if value == value.to_integral_value() else float(value), room)
        case None | bool() | int() | float():
            known = not isinstance(value, float) or math.isfinite(value)
            return (value if known else None) if room.takes(8) else "…"
        case list() | tuple():
            return [_jsonable(each, room) for each in _fitting(cast("Sequence[object]", value), room)]
        case dict():
            pairs = _fitting(cast("dict[object, object]", value).items(), room)
            return {room.take(str(key)): _jsonable(each, room) for key, each in pairs}
        case _:
            return room.take(_text(value))


def _text(value: object) -> str:
    match value:
        case date() | datetime() | time():
            return value.isoformat()
        case bytes():
            return value[: MAX_CELL_CHARS // 2 + 1].hex()
        case _:
            return str(value)


def _fitting(values: Iterable[T], room: _Room) -> Iterator[T]:
    for value in values:
        if not room.takes(2):
            return
        yield value


def _explained(duckdb: Any, error: Exception, known: str) -> str:
    line = str(error).split("\n\n", 1)[0].strip()[:500]
    if "pytz" in line or "zoneinfo" in line:
        return "A time with a zone cannot be shown. Cast it: CAST(… AS VARCHAR) or CAST(… AS TIMESTAMP)."
    if _wants_memory(duckdb, error):
        return _TOO_MUCH
    if isinstance(error, duckdb.PermissionException):
        return f"A query reads only the indexed tables, no files. Name a table. {known}"
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return f"{line.rstrip('.')}. {known}"
    return f"{line.rstrip('.')}. Correct the query and try again."


def _without_paths(words: str, tables: Sequence[Sequence[str]]) -> str:
    """An error's words without where the copies lie."""
    for name, path in tables:
        words = words.replace(path, name)
    return words


if __name__ == "__main__":
    main()
