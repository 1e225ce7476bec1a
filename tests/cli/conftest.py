"""For tests that ask for them: where a command is run, and what a process knows before it runs one."""

import pytest
from langchain_core.messages.ai import UsageMetadata
from langchain_openai import ChatOpenAI

from mainstem.stream.prices import price


@pytest.fixture(scope="module")
def prices_are_loaded():
    # the first run of a process that ends at once waits for the price list, in the event loop; and the first client
    # imports there what it needs, which a graph that makes its model in a node would be stopped for
    ChatOpenAI(model="any", api_key="any")
    price("any", None, UsageMetadata(input_tokens=0, output_tokens=0, total_tokens=0))


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
