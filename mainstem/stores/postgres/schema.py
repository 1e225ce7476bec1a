"""The tables, all in one schema of the database; made by whoever comes first."""

from typing import Any

SCHEMA = "mainstem"
"""Where all tables lie, LangGraph's checkpoints too: beside whatever else the database holds."""

VERSION = 2
"""Of the tables: where those of an earlier version are, what they lack is made. 2 brought documents."""

_MAKING = 7_306_084_163
"""The advisory lock of whoever makes the tables: any number that is always the same."""

# Ids are compared as bytes (COLLATE "C"), as SQLite compares them; what a person gave is found by its beginning so.
TABLES = """
CREATE TABLE IF NOT EXISTS instances (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, host TEXT NOT NULL, serves TEXT, until TIMESTAMPTZ NOT NULL
);
CREATE TABLE IF NOT EXISTS leases (
    thread_id TEXT COLLATE "C" PRIMARY KEY, owner BIGINT NOT NULL, run_id TEXT COLLATE "C"
);
CREATE INDEX IF NOT EXISTS leases_of_owner ON leases (owner);
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT COLLATE "C" PRIMARY KEY, thread_id TEXT COLLATE "C", graph TEXT, tags TEXT, started_at TEXT COLLATE "C",
    owner BIGINT, request TEXT, status TEXT, seconds DOUBLE PRECISION, events BIGINT, bytes BIGINT, head BYTEA,
    pruned INTEGER NOT NULL DEFAULT 0, seal BYTEA
);
CREATE INDEX IF NOT EXISTS runs_by_start ON runs (started_at);
CREATE INDEX IF NOT EXISTS runs_of_thread ON runs (thread_id, started_at);
CREATE INDEX IF NOT EXISTS runs_going_on ON runs (owner) WHERE status IS NULL;
CREATE TABLE IF NOT EXISTS events (
    run_id TEXT COLLATE "C", seq BIGINT, data BYTEA, hash BYTEA, PRIMARY KEY (run_id, seq)
);
CREATE TABLE IF NOT EXISTS feedback (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run_id TEXT COLLATE "C", name TEXT, score DOUBLE PRECISION,
    label TEXT, explanation TEXT, annotator TEXT, at TEXT
);
CREATE INDEX IF NOT EXISTS feedback_of_run ON feedback (run_id);
CREATE TABLE IF NOT EXISTS commands (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run_id TEXT COLLATE "C" NOT NULL, kind TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS claims (
    thread TEXT, message TEXT, position INTEGER, tool TEXT, args TEXT, begun DOUBLE PRECISION, outcome TEXT,
    status TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS claims_of_call ON claims (thread, message, position, tool, md5(args));
CREATE TABLE IF NOT EXISTS keys (
    scope TEXT, key TEXT, digest BYTEA NOT NULL, run_id TEXT, thread_id TEXT, made_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX IF NOT EXISTS keys_by_age ON keys (made_at);
CREATE TABLE IF NOT EXISTS owners (
    kind TEXT, id TEXT COLLATE "C", router TEXT NOT NULL, "user" TEXT, PRIMARY KEY (kind, id)
);
CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, "user" TEXT NOT NULL, roles TEXT NOT NULL, tags TEXT NOT NULL,
    digest BYTEA NOT NULL, made_at DOUBLE PRECISION NOT NULL, ends_at DOUBLE PRECISION
);
CREATE TABLE IF NOT EXISTS spent (
    kind TEXT, id TEXT, unit TEXT, amount DOUBLE PRECISION NOT NULL, PRIMARY KEY (kind, id, unit)
);
CREATE TABLE IF NOT EXISTS held (
    review_id TEXT NOT NULL, thread TEXT NOT NULL, task TEXT NOT NULL, asked TEXT NOT NULL, policy TEXT NOT NULL,
    question TEXT NOT NULL, shown TEXT NOT NULL, text TEXT NOT NULL, message TEXT NOT NULL, halted_by TEXT NOT NULL,
    expires_at TEXT NOT NULL, PRIMARY KEY (thread, task, asked)
);
CREATE INDEX IF NOT EXISTS held_by_id ON held (review_id);
CREATE TABLE IF NOT EXISTS titles (thread_id TEXT COLLATE "C" PRIMARY KEY, title TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notes (
    key BYTEA PRIMARY KEY, text TEXT NOT NULL, chars INTEGER NOT NULL, used_at DOUBLE PRECISION NOT NULL
);
CREATE TABLE IF NOT EXISTS index_state AS SELECT gen_random_uuid()::text AS source, 0::bigint AS version;
CREATE TABLE IF NOT EXISTS indexed_files (
    key BYTEA PRIMARY KEY, collection TEXT NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, modified BIGINT NOT NULL,
    record BYTEA, version BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS indexed_files_by_version ON indexed_files (version);
CREATE TABLE IF NOT EXISTS file_parts (
    key BYTEA, name TEXT, part INTEGER, data BYTEA NOT NULL, PRIMARY KEY (key, name, part)
);
CREATE TABLE IF NOT EXISTS passage_vectors (
    key BYTEA, first INTEGER, model TEXT NOT NULL, numbers BYTEA NOT NULL, version BIGINT NOT NULL,
    PRIMARY KEY (key, first)
);
CREATE INDEX IF NOT EXISTS passage_vectors_by_version ON passage_vectors (version);
"""


def make(connection: Any) -> None:
    """Make the tables where there are none, in one transaction; of several that come at once, one makes them.

    Where there are all, nothing is locked: even an index that is there is made again under a lock of its table.
    """
    if _version(connection) >= VERSION:
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))
        if _version(connection) >= VERSION:
            return
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.execute(TABLES)
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version AS SELECT 0 AS version")
        connection.execute("UPDATE schema_version SET version = %s", (VERSION,))


def _version(connection: Any) -> int:
    """That of the tables there are; 0 where there are none."""
    if connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.schema_version",)).fetchone()[0] is None:
        return 0
    return int(connection.execute(f"SELECT version FROM {SCHEMA}.schema_version").fetchone()[0])  # noqa: S608
