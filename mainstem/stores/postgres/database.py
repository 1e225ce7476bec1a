"""Connections to the server: a pool for each address in a process, and the stores' statements as it takes them."""

import atexit
import select
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import cache
from time import monotonic
from typing import Any, TypeVar

from ...stream.errors import MainstemError
from ...stream.extras import extra
from . import schema
from .fencing import check

with extra("postgres"):
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
    from psycopg_pool import ConnectionPool, PoolTimeout

MAX_CONNECTIONS = 8
"""Connections of a process for the small stores and for reading the journal; the saver and the writer have theirs."""

CONNECT_SECONDS = 10.0
"""How long a connection is waited for."""

GIVE_UP_SECONDS = 2.0
"""How long the pool tries on its own after a failure, ever more seldom: who asks next lets it begin again, so that a
database that is back is found at once."""

OLDEST = 15
"""The oldest version of PostgreSQL that has what the tables and statements need."""

STALLED_SECONDS = 15.0
"""How long a transaction may stand still before the server ends it: its process is paused, and what it has locked keeps
others from taking over its runs."""

ERRORS: tuple[type[Exception], ...] = (psycopg.Error, PoolTimeout, OSError)
"""What the use of a database may raise."""

AWAY_ERRORS: tuple[type[Exception], ...] = (psycopg.OperationalError, PoolTimeout, OSError)
"""Those of a database that is away, or was."""

REACH = "See whether the database of MAINSTEM_DATABASE_URL can be reached."
"""What to do where it cannot be used."""

_ALLOW = "Let its user create a schema in the database, or own the schema mainstem and what is in it."

E = TypeVar("E", bound=MainstemError)


class DatabaseError(MainstemError):
    """The database that MAINSTEM_DATABASE_URL names cannot be used."""

    hint = "See whether PostgreSQL (15 or newer) runs there, and whether its user may create a schema in the database."


def unusable(kind: type[E], what: str, error: Exception) -> E:
    """The error of this kind that tells, in one line, why `what` cannot be used."""
    hint = _ALLOW if isinstance(error, psycopg.errors.InsufficientPrivilege) else REACH
    return kind(f"{what} cannot be used: {reason_of(error)}.", hint=hint)


def reason_of(error: Exception) -> str:
    """What PostgreSQL, or its client, says first: what follows is advice over several lines."""
    return next(iter(str(error).splitlines()), "").strip(" .") or type(error).__name__


def conninfo(url: str, stalled_seconds: float = STALLED_SECONDS) -> str:
    """What a connection is opened with. Raises `DatabaseError` for what is no address; what that says stays out of it,
    for it may quote a password.
    """
    stalled = f"-c idle_in_transaction_session_timeout={round(stalled_seconds * 1000)}"
    options = f"-c search_path={schema.SCHEMA} {stalled}"
    try:
        return make_conninfo(url, options=options, application_name="mainstem", connect_timeout=10)
    except psycopg.Error:
        hint = "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE; %20 stands for a space, %40 for an @."
        raise DatabaseError("MAINSTEM_DATABASE_URL is no address of a database.", hint=hint) from None


def place_of(url: str) -> str:
    """The address without user and password, for messages."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    hosts, ports = parts.get("host", "").split(","), parts.get("port", "").split(",")
    ports = ports if len(ports) == len(hosts) else ports[:1] * len(hosts)  # one counts for all
    named = ",".join(f"{host}:{port}" if port else host for host, port in zip(hosts, ports, strict=True))
    return f"postgresql://{named}/{parts.get('dbname', '')}"


@cache
def pool_of(url: str) -> "Pool":
    """The pool of this process for an address."""
    return Pool(url)


class Pool:
    """Connections to one database, opened when they are needed; its tables are made with the first."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.conninfo = conninfo(url)
        self.place = place_of(url)
        self._lock = threading.Lock()
        self._pool: ConnectionPool[psycopg.Connection[Any]] | None = None

    @contextmanager
    def connection(self) -> Generator[psycopg.Connection[Any]]:
        """A connection on which each statement is a transaction by itself. Raises `ERRORS`."""
        pool = self._opened()
        connection = self._connected(pool)
        try:
            with connection:
                yield connection
        finally:
            pool.putconn(connection)

    def _connected(self, pool: "ConnectionPool[psycopg.Connection[Any]]") -> "psycopg.Connection[Any]":
        """One of the pool, which is asked again when it has given up, as long as a connection is waited for."""
        until = monotonic() + CONNECT_SECONDS
        while True:
            try:
                return pool.getconn(timeout=GIVE_UP_SECONDS + 1)
            except PoolTimeout:
                if monotonic() >= until:
                    psycopg.connect(self.conninfo).close()  # what is wrong: the pool does not say
                    raise

    @contextmanager
    def transaction(self) -> Generator[psycopg.Connection[Any]]:
        """A connection in a transaction of its own: two round trips more. Raises `ERRORS`."""
        with self.connection() as connection, connection.transaction():
            yield connection

    def connect(self) -> psycopg.Connection[Any]:
        """A connection that is the caller's alone, without transactions of its own. Raises `ERRORS`, `DatabaseError`
        where an older version of PostgreSQL runs there.
        """
        connection = psycopg.connect(self.conninfo, autocommit=True)
        try:
            self._check_version(connection.info.server_version // 10_000)
            schema.make(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_version(self, version: int) -> None:
        if version < OLDEST:
            hint = f"Name one of version {OLDEST} or newer in MAINSTEM_DATABASE_URL."
            raise DatabaseError(f"PostgreSQL {version} runs at {self.place}: it is too old.", hint=hint)

    def _opened(self) -> "ConnectionPool[psycopg.Connection[Any]]":
        with self._lock:
            if self._pool is None:
                self.connect().close()
                more = {"autocommit": True}
                options: dict[str, Any] = {"check": _check, "reconnect_timeout": GIVE_UP_SECONDS, "kwargs": more}
                self._pool = ConnectionPool(self.conninfo, min_size=0, max_size=MAX_CONNECTIONS, open=True, **options)
                atexit.register(self.close)
            return self._pool

    def close(self) -> None:
        """Close what is open; what is used again is opened again."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
                self._pool = None


def _check(connection: psycopg.Connection[Any]) -> None:
    """Ask for an answer where there is something to read: a server that was restarted has closed all connections."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)


class PostgresTables:
    """The tables of one store. What a run writes is fenced: the instance that holds its thread must still count."""

    errors = ERRORS
    hint = REACH
    listed = "SELECT json_array_elements_text(CAST(? AS json))"
    thread: Executor | None = None

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.place = pool.place

    @contextmanager
    def changing(self) -> Generator["Statements"]:
        """A transaction; what it reads may change beside it, and what it inserts may be there already."""
        with self._pool.transaction() as connection:
            check(connection)
            yield Statements(connection)

    @contextmanager
    def reading(self) -> Generator["Statements"]:
        """A connection to read from; each statement sees what is committed when it begins, as in a transaction here."""
        with self._pool.connection() as connection:
            yield Statements(connection)


class Statements:
    """A connection that takes statements as the stores write them."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def execute(self, query: str, values: Sequence[Any] = ()) -> "psycopg.Cursor[Any]":
        """Run one statement, with a value for each `?`."""
        return self.connection.execute(adapted(query), [storable(value) for value in values])


@cache
def adapted(query: str) -> bytes:
    """The statement as psycopg takes it; none of ours holds a question mark or a percent sign of its own."""
    return query.replace("?", "%s").encode()


def storable(value: Any) -> Any:
    """A value that PostgreSQL can keep: it has no NUL in texts."""
    return value.replace("\0", "�") if isinstance(value, str) else value
