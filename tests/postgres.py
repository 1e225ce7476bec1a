"""A real PostgreSQL server for tests: started when one is asked for, on a port of its own, gone at the end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from .ports import free_port
from .waiting import eventually_without_a_loop

FOLDERS = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/local/bin"), Path("/usr/bin"))
_number = count(1)


def missing() -> str:
    """Why there can be none; empty: there can."""
    if _binaries() is None:
        return "no PostgreSQL server is installed: apt-get install postgresql"
    return "" if os.geteuid() or _user() else "PostgreSQL does not run as root, and there is no user postgres"


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    return next((folder for folder in FOLDERS if (folder / "initdb").exists()), Path(found).parent if found else None)


def _user() -> str | None:
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


@contextmanager
def server() -> Generator[str]:
    """The address of a server without databases of its own, as a prefix: add the name of a database."""
    binaries, user = _binaries(), None if os.geteuid() else _user()
    assert binaries is not None
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        if user:
            shutil.chown(folder, user)
        how = ("-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        _run(user, binaries / "initdb", "-D", data, *how)
        port = free_port()
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c max_connections=300 -c fsync=off"
        control = (user, binaries / "pg_ctl", "-D", data)
        _run(*control, "-o", options, "-l", Path(folder) / "log", "-w", "-t", "120", "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/"
        finally:
            _stop(data)


def _stop(data: Path) -> None:
    """End it at once; by no command, for the last test of all may be one that starts none."""
    mark = data / "postmaster.pid"
    os.kill(int(mark.read_text().split()[0]), signal.SIGQUIT)
    eventually_without_a_loop(lambda: not mark.exists())


def _run(user: str | None, *command: object) -> None:
    done = subprocess.run([str(part) for part in command], user=user, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


@contextmanager
def database(prefix: str) -> Generator[str]:
    """A database of its own on the server at `prefix`; what is still connected to it at the end is cut off."""
    import psycopg

    from mainstem.stores.postgres.database import pool_of

    name = f"t{os.getpid()}_{next(_number)}"
    with psycopg.connect(prefix + "postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield prefix + name
        finally:
            pool_of(prefix + name).close()
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def cut_off(url: str) -> None:
    """What a restart does to all that are connected to a database; it is done when they are gone."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
