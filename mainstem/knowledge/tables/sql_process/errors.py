"""What is told of a query that gives no result."""

from collections.abc import Sequence
from typing import Any

TOO_MUCH = "The query needs more memory than it may have. Ask for less: filter, aggregate or limit."


class Refused(Exception):
    """What whoever wrote the query is told."""


class Damaged(Exception):
    """A table's copy cannot be read; its argument is the copy's path."""


def explained(duckdb: Any, error: Exception, known: str) -> str:
    """What whoever wrote the query is told of DuckDB's error. `known`: the tables that there are."""
    line = str(error).split("\n\n", 1)[0].strip()[:500]
    if "pytz" in line or "zoneinfo" in line:
        return "A time with a zone cannot be shown. Cast it: CAST(… AS VARCHAR) or CAST(… AS TIMESTAMP)."
    if wants_memory(duckdb, error):
        return TOO_MUCH
    if isinstance(error, duckdb.PermissionException):
        return f"A query reads only the indexed tables, no files. Name a table. {known}"
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return f"{line.rstrip('.')}. {known}"
    return f"{line.rstrip('.')}. Correct the query and try again."


def without_paths(words: str, tables: Sequence[Sequence[str]]) -> str:
    """An error's words without where the copies lie."""
    for name, path in tables:
        words = words.replace(path, name)
    return words


def wants_memory(duckdb: Any, error: Exception) -> bool:
    """Whether an error says that there was too little memory."""
    return isinstance(error, duckdb.OutOfMemoryException) or "bad_alloc" in str(error)
