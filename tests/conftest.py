"""What every test has: no settings from outside, a home of its own, and no blocking call of ours in the event loop."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster
from hypothesis import settings

from .fixtures import docs, extractive, scripted

__all__ = ["docs", "extractive", "scripted"]

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"

settings.register_profile("mainstem", deadline=None)  # a busy machine is no failure
settings.load_profile("mainstem")


@pytest.fixture(autouse=True)
def _no_outside_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("MAINSTEM_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MAINSTEM_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def _no_blocking_calls() -> Iterator[None]:
    blockbuster = BlockBuster(["mainstem", "graph", "nodes", "tools"])
    blockbuster.activate()
    try:
        yield
    finally:
        blockbuster.deactivate()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data; tests that need it skip where it is not."""
    if not SHARED.is_dir():
        pytest.skip("the shared data is not beside this checkout")
    return SHARED
