"""Calls that are the client's to make, as the thread's messages tell of them."""

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from nodes.client_calls import client_calls, stamped_calls, waits_for_client

QUESTION = HumanMessage("Paint it.")


def calling(*names):
    calls = [{"name": name, "args": {}, "id": f"id-{name}"} for name in names]
    return stamped_calls(AIMessage("", tool_calls=calls), {"paint", "ring"})


def result(name):
    return ToolMessage("Done.", tool_call_id=f"id-{name}")


def test_the_clients_calls_are_told_from_ours():
    assert client_calls(calling("search", "paint", "ring")) == ["id-paint", "id-ring"]
    assert client_calls(calling("search")) == []
    assert calling("search").response_metadata == {}


@pytest.mark.parametrize(
    ("messages", "waits"),
    [
        ([], False),
        ([QUESTION], False),
        ([QUESTION, calling("search")], False),
        ([QUESTION, calling("search", "paint"), result("search")], True),
        ([QUESTION, calling("search", "paint"), result("search"), result("paint")], False),
        ([QUESTION, calling("paint", "ring"), result("ring")], True),
        ([QUESTION, calling("paint"), HumanMessage("Leave it.")], False),
        ([QUESTION, calling("paint"), result("paint"), AIMessage("It is painted.")], False),
    ],
)
def test_the_client_is_waited_for_while_a_call_of_its_own_is_open(messages, waits):
    assert waits_for_client(messages) is waits
