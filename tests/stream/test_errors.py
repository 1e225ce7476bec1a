"""What is said of errors that come from elsewhere."""

import pytest

from mainstem.stream.errors import describe


@pytest.mark.parametrize(
    ("error", "message"),
    [("ValueError", "An internal error occurred"), ("ValueError", "ValueError: execution failed")],
    ids=["langgraph dev", "aegra"],
)
def test_a_server_that_hides_the_reason_has_it_in_its_log(error, message):
    said = describe({"error": error, "message": message})
    assert (said.type, said.message) == (error, message)
    assert "look at its log" in said.hint


def test_a_server_that_tells_the_reason_is_repeated():
    assert describe({"error": "ValueError", "message": "the disk is full"}).hint == ""
