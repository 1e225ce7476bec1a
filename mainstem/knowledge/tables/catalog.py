"""Tables that are to be queried: each with its copy."""

from collections.abc import Iterable
from pathlib import Path

from mainstem.stores.errors import IndexCorrupt
from mainstem.stores.knowledge import Table


def require_copies(tables: Iterable[tuple[Table, Path]]) -> None:
    """Raise `IndexCorrupt` when a table's copy is gone."""
    for table, path in tables:
        if not path.exists():
            raise IndexCorrupt(
                f"The copy of the table {table.name} is gone from {path.parent}. "
                f"Run `mainstem index` on {table.path} to make it anew."
            )
