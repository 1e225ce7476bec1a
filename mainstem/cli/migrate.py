"""`mainstem migrate`: what a home keeps, moved into the database that many machines share."""

from typing import TYPE_CHECKING

import typer

from .failures import UsageError, exit_on_error, say
from .options import HomeOption, settings_of

if TYPE_CHECKING:
    from mainstem.stores.migration.migrate import Moved


def migrate(home: HomeOption = None) -> None:
    """Move threads, runs, tokens and all else that a home keeps into the database of MAINSTEM_DATABASE_URL.

    End what uses the home before. What was moved is compared with what is there; run it again when it was cut off.
    The home is left as it is.
    """
    with exit_on_error():
        settings = settings_of(home=home)
        if settings.database_url is None:
            raise UsageError("MAINSTEM_DATABASE_URL is not set: name the database to move to, postgresql://…")
        from mainstem.stores.migration import migrate as migration

        moved = migration.migrate(settings, settings.database_url.get_secret_value(), say)
        for line in _told(moved):
            typer.echo(line)
        kept = settings.home
        again = f"documents and tables, which are indexed anew (uploads by `mainstem index {kept}/uploads`)"
        typer.echo(f"Not moved: {again}, and the files in {kept}/notes.")


def _told(moved: "Moved") -> list[str]:
    width = max(len(str(count)) for count in moved.counts.values())
    lines = [
        f"{count:>{width}} {what}" + (f", {moved.new[what]} of them new" if moved.new.get(what, 0) else "")
        for what, count in moved.counts.items()
    ]
    return [*lines, f"All of it is in {moved.place} as it is here; the hash of all runs' records is {moved.digest}."]
