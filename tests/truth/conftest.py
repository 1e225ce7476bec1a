import pytest

from nodes import retry


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """One home for all runs of this folder: the bundled documents are indexed once."""
    return tmp_path_factory.mktemp("truth") / "home"


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch):
    monkeypatch.setattr(retry, "BACKOFF", (0.001, 0.002))
