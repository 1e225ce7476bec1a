"""What a query may do: read tables, by one SELECT.

DuckDB's own statement type is not enough of a guard: since 2.0 it calls `WITH x AS (COPY … TO 'file') SELECT …` a
SELECT, and writes the file. So the parsed query itself is looked through, and only what is known to read is let pass.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from .errors import Refused

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree", "repeat"})
_SYSTEM_TABLES = frozenset({"tables", "columns", "schemata"})  # of information_schema: names and types, no paths
_SYSTEM_NAMES = ("duckdb_", "pg_", "sqlite_", "pragma_")
_LISTS = frozenset({'"tables"', "__show_tables_expanded"})
_TELLING = frozenset({"current_setting", "getenv", "json_serialize_plan", "write_log"})
"""Functions that tell of the machine, or write its logs; those that begin as system tables do are refused, too."""
_ONLY_SELECT = (
    "Only a plain SELECT is allowed: nothing that writes, copies, attaches, installs or sets. Rewrite it as one."
)
_TOO_DEEP = "The query is nested too deeply. Write a plainer one."


def parsed_query(connection: "DuckDBPyConnection", sql: str) -> dict[str, Any]:
    """The query as DuckDB understands it. Raises `Refused` unless it is exactly one statement that can be parsed."""
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


def read_tables(parsed: dict[str, Any], names: set[str], known: str) -> set[str]:
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


def shows_tables(parsed: dict[str, Any]) -> bool:
    """Whether a query is a SHOW or DESCRIBE, or holds one."""
    return any(part.get("type") == "SHOW_REF" for part in _parts(parsed["statements"]))


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
