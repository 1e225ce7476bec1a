"""What every test has: no settings from outside, a home of its own, and no blocking call of ours in the event loop."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest
from blockbuster import BlockBuster
from hypothesis import settings

from mainstem.knowledge import worker
from mainstem.knowledge.files import reader
from mainstem.knowledge.tables import sql

from . import forked
from .fixtures import docs, extractive, indexed, library_settings, scripted
from .postgres import database, missing, server
from .real import pytest_itemcollected, pytest_runtest_protocol

__all__ = [
    "docs",
    "extractive",
    "indexed",
    "library_settings",
    "pytest_itemcollected",
    "pytest_runtest_protocol",
    "scripted",
]

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
LAST_LINE = "-----END CERTIFICATE-----\n"
SELDOM = 100
"""Looks of Python's garbage collection at what is young for one at all there is: where most is frozen, too often."""

# Hundreds of processes import the same modules: where bytecode is not kept, most of the time goes into compiling them.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A busy machine is no failure, and what fails today fails tomorrow. CI tries more examples than a person waits for.
# To search on: `--hypothesis-profile search`; what that finds becomes an `@example`.
settings.register_profile("few", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("all", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000, database=None, print_blob=True)
settings.load_profile("all" if os.environ.get("CI") else "few")


def pytest_configure() -> None:
    gc.disable()  # nothing of what is collected is garbage, and there is much of it


def pytest_collection_finish() -> None:
    """Leave the tests themselves out of what is looked through for garbage while they run."""
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], SELDOM)
    gc.enable()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """What is asked for from one file is run in this process: it begins at once, and a debugger sees it.

    Else there is one worker a core: with two, servers and browsers of tests stall for seconds, and their time is short.
    """
    files = {arg.partition("::")[0] for arg in config.args}
    if len(files) == 1 and Path(*files).is_file():
        return 0
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@pytest.fixture(scope="session")
def few_authorities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with one certificate authority: no test speaks TLS, and each HTTP client reads all that it trusts."""
    every = Path(certifi.where()).read_text(encoding="ascii")
    few = tmp_path_factory.mktemp("authorities") / "few.pem"
    few.write_text(every[: every.index(LAST_LINE) + len(LAST_LINE)], encoding="ascii")
    return few


@pytest.fixture(autouse=True)
def _no_outside_settings(tmp_path: Path, few_authorities: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("MAINSTEM_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MAINSTEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SSL_CERT_FILE", str(few_authorities))


@pytest.fixture(autouse=True)
def _no_client_of_another_loop() -> Iterator[None]:
    """`ChatOpenAI` keeps one HTTP client an address for ever, and each test has an event loop of its own.

    Where a port is given out a second time, the client's connection is of a loop that is closed, and so fails.
    """
    yield
    clients = sys.modules.get("langchain_openai.chat_models._client_utils")
    if clients is not None:
        clients._cached_async_httpx_client.cache_clear()


@pytest.fixture(autouse=True)
def _no_placeholders_of_another_test() -> None:
    """A process numbers what it masks by thread, and every test's thread is called `t`."""
    scope = sys.modules.get("mainstem.models.guard.scope")
    if scope is not None:
        scope._by_thread.clear()


@pytest.fixture(scope="session", autouse=True)
def _forked_workers() -> Iterator[None]:
    """The processes that read documents and ask tables are forked: else most of their time goes into imports."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (reader, sql):
            patch.setattr(module, "start_worker", forked.start_worker)
        yield


@pytest.fixture
def started_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are started as users start them."""
    for module in (reader, sql):
        monkeypatch.setattr(module, "start_worker", worker.start_worker)


@pytest.fixture(scope="session")
def blockbuster() -> BlockBuster:
    """Made once: to find all that blocks takes longer than most tests do."""
    return BlockBuster(["mainstem", "graph", "nodes", "tools"])


@pytest.fixture(autouse=True)
def _no_blocking_calls(blockbuster: BlockBuster) -> Iterator[None]:
    blockbuster.activate()
    try:
        yield
    finally:
        blockbuster.deactivate()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The beginning of the addresses of a PostgreSQL server's databases; where there can be none, tests skip."""
    if why := missing():
        pytest.skip(why)
    with server() as prefix:
        yield prefix


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    """The address of an empty database."""
    with database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data; tests that need it skip where it is not."""
    if not SHARED.is_dir():
        pytest.skip("the shared data is not beside this checkout")
    return SHARED
