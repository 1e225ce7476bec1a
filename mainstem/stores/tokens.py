"""Bearer tokens of users: made here, shown once, and kept as hashes alone."""

import hmac
import json
import secrets
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from mainstem.stores.database import Database, SqliteFile, in_thread
from mainstem.stores.errors import TokensError
from mainstem.stores.users import User

PREFIX = "mainstem_"
"""What every token begins with, so that one that has strayed is recognised, and masked."""

_LETTERS = string.ascii_letters + string.digits
_ID_LETTERS, _SECRET_LETTERS = 8, 40  # 47 and 238 bits: what is drawn so needs no slow hash, and no salt

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, "user" TEXT NOT NULL, roles TEXT NOT NULL, tags TEXT NOT NULL,
    digest BLOB NOT NULL, made_at REAL NOT NULL, ends_at REAL
) WITHOUT ROWID
"""
_COLUMNS = 'id, name, "user", roles, tags, made_at, ends_at'
_CREATE = "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_ALL = f"SELECT {_COLUMNS} FROM tokens ORDER BY name"  # noqa: S608 - a constant


@dataclass(frozen=True)
class AccessToken:
    """What is known of a token: all but the token itself."""

    token_id: str
    """The part of it that is no secret."""
    name: str
    user: User
    made_at: float
    """Seconds since 1970, as is `ends_at`."""
    ends_at: float | None = None
    """From when on it counts no more; None: never."""

    @property
    def over(self) -> bool:
        """Whether it counts no more."""
        return self.ends_at is not None and self.ends_at <= time.time()


class Tokens(Protocol):
    """The tokens of a home. Every method raises `TokensError` when they cannot be read or kept."""

    async def create(self, name: str, user: User, *, ends_at: float | None = None) -> str:
        """A new token for the user, which is told only now. Raises `TokensError` when there is one of that name."""
        ...

    async def find(self, text: str) -> AccessToken | None:
        """The token that `text` is; None when it is none, or counts no more."""
        ...

    async def listed(self) -> list[AccessToken]:
        """All that there are, by name."""
        ...

    async def revoke(self, name: str) -> bool:
        """Take the token of that name back; whether there was one."""
        ...


class TokensTable:
    """The tokens in a table of `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, name: str, user: User, *, ends_at: float | None = None) -> str:
        """A new token for the user."""
        return await in_thread(self._database, lambda: self._create(name, user, ends_at), TokensError)

    async def find(self, text: str) -> AccessToken | None:
        """The token that `text` is."""
        token_id, _, rest = text.removeprefix(PREFIX).partition("_")
        if not text.startswith(PREFIX) or len(token_id) != _ID_LETTERS or not rest:
            return None
        return await in_thread(self._database, lambda: self._find(token_id, text), TokensError)

    async def listed(self) -> list[AccessToken]:
        """All that there are, by name."""
        return await in_thread(self._database, self._listed, TokensError)

    async def revoke(self, name: str) -> bool:
        """Take the token of that name back."""
        return await in_thread(self._database, lambda: self._revoke(name), TokensError)

    def _create(self, name: str, user: User, ends_at: float | None) -> str:
        token_id, secret = _drawn(_ID_LETTERS), _drawn(_SECRET_LETTERS)
        text = f"{PREFIX}{token_id}_{secret}"
        row = (token_id, name, user.id, _json(sorted(user.roles)), _json(dict(user.tags)), _digest(text))
        with self._database.changing() as tables:
            if not tables.execute(_CREATE, (*row, time.time(), ends_at)).rowcount:
                raise TokensError(f"There is a token {name!r} already: revoke it, or choose another name.")
        return text

    def _find(self, token_id: str, text: str) -> AccessToken | None:
        rows = self._rows(f"SELECT {_COLUMNS}, digest FROM tokens WHERE id = ?", token_id)  # noqa: S608 - a constant
        digest = rows[0][-1] if rows else b""
        if not hmac.compare_digest(_digest(text), digest):
            return None
        token = _token(rows[0][:-1])
        return None if token.over else token

    def _listed(self) -> list[AccessToken]:
        return [_token(row) for row in self._rows(_ALL)]

    def _revoke(self, name: str) -> bool:
        with self._database.changing() as tables:
            return tables.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount > 0

    def _rows(self, query: str, *values: str) -> list[Sequence[Any]]:
        with self._database.reading() as tables:
            return tables.execute(query, values).fetchall() if tables else []


class SqliteTokens(TokensTable):
    """The tokens in the file at `path`, which is made with the first of them, for its owner alone."""

    def __init__(self, path: Path) -> None:
        super().__init__(SqliteFile(path, _SCHEMA, mode=0o600))


def _drawn(letters: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(letters))


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _token(row: Sequence[Any]) -> AccessToken:
    token_id, name, user, roles, tags, made_at, ends_at = row
    return AccessToken(token_id, name, User(user, frozenset(json.loads(roles)), json.loads(tags)), made_at, ends_at)
