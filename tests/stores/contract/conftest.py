"""The implementations of the stores; a new one is added here and passes the same tests."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from mainstem.stores.opening import EmbeddedStores, Stores


@pytest.fixture(params=["embedded", pytest.param("postgres", marks=pytest.mark.real)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Stores]:
    """Opens the stores of one home, each time as another process would."""
    if request.param == "embedded":
        return lambda: EmbeddedStores(tmp_path / "home")
    from mainstem.stores.postgres.opening import PostgresStores

    url: str = request.getfixturevalue("database_url")
    machine = count()
    return lambda: PostgresStores(url, tmp_path / f"machine-{next(machine)}" / "home")


@pytest.fixture
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], bytes]:
    """All that is kept of the tokens, as whoever gets hold of it would read it."""

    def of_files() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    def of_tables() -> bytes:
        import psycopg

        with psycopg.connect(request.getfixturevalue("database_url")) as connection:
            rows = connection.execute("SELECT id, name, encode(digest, 'escape') FROM mainstem.tokens").fetchall()
        return repr(rows).encode()

    return of_files if "embedded" in request.node.name else of_tables


@pytest.fixture
def stores(opened: Callable[[], Stores]) -> Stores:
    """The stores of an empty home."""
    return opened()


@pytest.fixture
def others(opened: Callable[[], Stores]) -> Stores:
    """The same stores, as another process has them."""
    return opened()
