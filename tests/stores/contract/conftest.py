"""The implementations of the stores; a new one is added here and passes the same tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mainstem.stores.opening import EmbeddedStores, Stores

IMPLEMENTATIONS: dict[str, Callable[[Path], Stores]] = {"embedded": EmbeddedStores}


@pytest.fixture(params=IMPLEMENTATIONS)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Stores]:
    """Opens the stores of one home, each time as another process would."""
    return lambda: IMPLEMENTATIONS[request.param](tmp_path / "home")


@pytest.fixture
def stores(opened: Callable[[], Stores]) -> Stores:
    """The stores of an empty home."""
    return opened()


@pytest.fixture
def others(opened: Callable[[], Stores]) -> Stores:
    """The same stores, as another process has them."""
    return opened()
