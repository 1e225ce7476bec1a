import pytest

from .node import Node, installed


@pytest.fixture(scope="session")
def node():
    return Node(installed())
