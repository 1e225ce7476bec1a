import pytest


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """One home for all runs of this folder: the bundled documents are indexed once."""
    return tmp_path_factory.mktemp("truth") / "home"


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch):
    monkeypatch.setenv("MAINSTEM_RETRY_SECONDS", "0.001")
