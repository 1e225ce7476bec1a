"""What is written together as one statement: a transaction and a round trip by itself.

psycopg's pipelines save the round trips too, but cost more of this process than they save.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from .fencing import COUNTS_OR_FAILS

Query = tuple[str, Sequence[Any]]
"""A statement, and its values."""

MOST = 16
"""Statements that are sent as one: the text of each number of them is prepared once a connection."""


class Written:
    """A cursor, as far as one is needed that only writes: it keeps what is to be written."""

    def __init__(self) -> None:
        self.queries: list[Query] = []

    async def execute(self, query: str, values: Sequence[Any] = ()) -> None:
        """Write by one statement."""
        self.queries.append((query, values))

    async def executemany(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write by a statement for each of `rows`, of which none is another's again."""
        self.queries += [(query, values) for values in rows]


def parts(queries: Sequence[Query], instance: int | None) -> list[Query]:
    """`queries` as one statement, or as few as they fit into.

    Each fails with `DivisionByZero` where `instance` counts no more, and is nothing then; None: nobody is asked.
    """
    return [_joined(queries[first : first + MOST], instance) for first in range(0, len(queries), MOST)]


def _joined(queries: Sequence[Query], instance: int | None) -> Query:
    asked = f"fence AS MATERIALIZED ({COUNTS_OR_FAILS}), " if instance is not None else ""
    written = ", ".join(f"w{number} AS ({query.strip().rstrip(';')})" for number, (query, _) in enumerate(queries))
    counts = "counts FROM fence" if instance is not None else "1"
    values = [*([instance] if instance is not None else []), *chain.from_iterable(values for _, values in queries)]
    return f"WITH {asked}{written} SELECT {counts}", values
