"""One query over the copies of tables, in a database that can read nothing else."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .errors import Damaged, Refused, explained, wants_memory, without_paths
from .guard import parsed_query, read_tables, shows_tables
from .rows import counted_rows, written_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SETTINGS: dict[str, Any] = {
    "threads": 2,
    "memory_limit": "512MB",
    "temp_directory": "",
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


def query_result(duckdb: Any, request: dict[str, Any], write: Callable[[object], None]) -> dict[str, Any]:
    """Write the columns and rows that a query gives; returns how many there are. Raises `Refused`, `Damaged`."""
    wanted, tables = set[str](), request["tables"]
    try:
        with duckdb.connect(":memory:", config=_SETTINGS) as connection:
            names = {name.lower() for name, _ in tables}
            parsed = parsed_query(connection, request["sql"])
            wanted = read_tables(parsed, names, request["known"])
            # With a list of the tables (information_schema, say), all of them are shown.
            all_known = wanted <= names
            _lock_in(duckdb, connection, [each for each in tables if not all_known or each[0].lower() in wanted])
            if not shows_tables(parsed):  # what does not bind is said before anything runs
                connection.execute(f"EXPLAIN {request['sql']}")
            result = connection.execute(request["sql"])
            write([column[0] for column in result.description or ()])
            taken, more, cut = written_rows(result, request["max_rows"], write)
            total = counted_rows(result, taken) if more else taken
    except duckdb.Error as error:
        _look_for_damage(duckdb, error, [path for name, path in request["tables"] if name.lower() in wanted])
        raise Refused(without_paths(explained(duckdb, error, request["known"]), request["tables"])) from error
    return {"truncated": more or cut, "total": total}


def _lock_in(duckdb: Any, connection: "DuckDBPyConnection", tables: Sequence[Sequence[str]]) -> None:
    """Show the copies as views, and shut every other way out of the process."""
    for table, path in tables:
        name = table.replace('"', '""')
        try:
            connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet({_literal(path)})')  # noqa: S608
        except duckdb.Error as error:
            # Whatever it is called (its names change with DuckDB's versions): the statement is ours, and so is sound.
            if wants_memory(duckdb, error) or isinstance(error, duckdb.CatalogException):
                raise
            raise Damaged(path) from error
    connection.execute(f"SET allowed_paths = [{', '.join(_literal(path) for _, path in tables)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _look_for_damage(duckdb: Any, error: Exception, paths: Iterable[str]) -> None:
    """Raise `Damaged` where an error that may come from the data has come from a copy that cannot be read."""
    if type(error) is not duckdb.Error and not isinstance(error, duckdb.InvalidInputException | duckdb.IOException):
        return
    if wants_memory(duckdb, error):
        return
    for path in paths:
        try:
            with duckdb.connect(":memory:", config=_SETTINGS) as connection:
                connection.execute(f"SELECT bit_xor(hash(t)) FROM read_parquet({_literal(path)}) AS t").fetchone()  # noqa: S608
        except duckdb.Error as found:
            if not wants_memory(duckdb, found):
                raise Damaged(path) from error


def _literal(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"
