"""`mainstem token`: make, list and take back what users sign in with."""

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mainstem.text import printable

from .failures import CommandError, UsageError, exit_on_error, say
from .options import HomeOption, TagsGivenOption, settings_of, settings_there, tags_of

if TYPE_CHECKING:
    from mainstem.settings import Settings
    from mainstem.stores.tokens import AccessToken, Tokens

token = typer.Typer(help="What users of a server sign in with (MAINSTEM_AUTH=tokens).", no_args_is_help=True)

DAY = 24 * 3600
MOST_CHARS = 200
"""Characters of a name or of a user's id."""

NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="What it is called, to revoke it by.")]
RolesOption = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE", help="ask, approve, read or admin; may be repeated. Default: ask, approve."),
]
UserOption = Annotated[str | None, typer.Option("--user", metavar="ID", help="Whose it is; default: the name.")]
MOST_DAYS = 36_500
"""Days that a token counts at most: a hundred years."""

DaysOption = Annotated[float | None, typer.Option("--days", help="Days that it counts; default: until it is revoked.")]


def _tokens(settings: "Settings") -> "Tokens":
    from mainstem.stores.opening import open_stores

    return open_stores(settings, prune=False).tokens


@token.command("create")
def create(
    name: NameOption,
    role: RolesOption = None,
    user: UserOption = None,
    days: DaysOption = None,
    tag: TagsGivenOption = None,
    home: HomeOption = None,
) -> None:
    """Make a token and print it: it is shown only now, and kept as a hash."""
    with exit_on_error():
        from mainstem.stores.users import User

        if days is not None and not 0 < days <= MOST_DAYS:
            raise UsageError(f"--days {days:g}: write a number above 0, {MOST_DAYS} at most.")
        name = _named("--name", name)
        who = User(name if user is None else _named("--user", user), _roles(role), tags_of(tag))
        ends_at = None if days is None else time.time() + days * DAY
        typer.echo(asyncio.run(_tokens(settings_of(home=home)).create(name, who, ends_at=ends_at)))
        say(f"It is {who.id}'s, who may: {', '.join(sorted(who.roles))}. It is not shown again.")


@token.command("list")
def listed(home: HomeOption = None) -> None:
    """List the tokens: names, users and roles; a token itself cannot be told."""
    with exit_on_error():
        for each in asyncio.run(_tokens(settings_there(home)).listed()):
            typer.echo(_line(each))


@token.command("revoke")
def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `token list` shows it.")], home: HomeOption = None
) -> None:
    """Take a token back: it counts no more from the next request on."""
    with exit_on_error():
        if not asyncio.run(_tokens(settings_there(home)).revoke(name)):
            raise CommandError(f"There is no token {name!r}: `mainstem token list` shows them.")
        say(f"The token {name} counts no more.")


def _roles(given: list[str] | None) -> frozenset[str]:
    from mainstem.stores.users import ROLES

    for role in given or ():
        if role not in ROLES:
            raise UsageError(f"--role {role}: there is no such role; there are {', '.join(ROLES)}.")
    return frozenset(given or ("ask", "approve"))


def _named(option: str, text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > MOST_CHARS:
        raise UsageError(f"{option} {text[:40]!r}: write a name of up to {MOST_CHARS} printable characters.")
    return text.strip()


def _line(each: "AccessToken") -> str:
    ends = "" if each.ends_at is None else f"{'ended' if each.over else 'until'} {_day(each.ends_at)}"
    roles = ", ".join(sorted(each.user.roles))
    return printable("  ".join(word for word in (each.name, each.user.id, roles, _day(each.made_at), ends) if word))


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
