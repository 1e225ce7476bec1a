"""Low confidence: the sentence that a model was not sure of is in no chunk."""

import math
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatResult

from mainstem import Policy, guarded, mask_of, watch

from .test_policies import GIVEN, Saying, graph_of

UNSURE = Policy(name="unsure", confidence=0.5, says="I am not sure.")
SURE = [("Oslo", 0.9), (" is", 0.9), (" big", 0.8), (".", 0.99), (" ", 0.9)]
GUESSED = [("It", 0.9), (" has", 0.6), (" 9", 0.1), (" lakes", 0.2), (".", 0.9), (" ", 0.9)]
REST = [("I", 0.9), (" think", 0.9), (".", 0.9)]


def told(tokens: list[tuple[str, float]]) -> dict[str, Any]:
    return {"logprobs": {"content": [{"token": token, "logprob": math.log(p)} for token, p in tokens]}}


def pieces(tokens: list[tuple[str, float]], size: int) -> list[AIMessageChunk]:
    cut = [tokens[at : at + size] for at in range(0, len(tokens), size)]
    return [AIMessageChunk("".join(token for token, _ in each), response_metadata=told(each)) for each in cut]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 99])
def test_the_answer_ends_before_a_sentence_that_the_model_was_not_sure_of(size: int):
    chunks = guarded(Saying(pieces=pieces([*SURE, *GUESSED, *REST], size)), policies=[UNSURE]).stream("?")
    assert "".join(chunk.text for chunk in chunks) == "Oslo is big. \n\nI am not sure."
    chunks = guarded(Saying(pieces=pieces([*SURE, *REST], size)), policies=[UNSURE]).stream("?")
    assert "".join(chunk.text for chunk in chunks) == "Oslo is big. I think."


@pytest.mark.parametrize("size", [1, 99])
def test_what_is_masked_counts_as_its_own_sentence(size: int):
    tokens = [("Ask", 0.9), (" ada@", 0.9), ("example.com", 0.9), (".", 0.9), (" ", 0.9), *GUESSED]
    safe = guarded(Saying(pieces=pieces(tokens, size)), mask_of(["email"]), policies=[UNSURE])
    assert "".join(chunk.text for chunk in safe.stream("?")) == "Ask [EMAIL_1]. \n\nI am not sure."


async def test_the_run_is_halted():
    graph = graph_of(guarded(Saying(pieces=pieces([*SURE, *GUESSED], 1)), policies=[UNSURE]))
    result = await watch(graph, GIVEN).result()
    assert (result.status, result.reason) == ("halted", "policy")


def test_an_answer_that_is_not_streamed_ends_there_too():
    class Whole(Saying):
        def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
            tokens = [*SURE, *GUESSED]
            said = AIMessage("".join(token for token, _ in tokens), response_metadata=told(tokens))
            return ChatResult(generations=[ChatGeneration(message=said)])

    safe = guarded(Whole(pieces=[], disable_streaming=True), policies=[UNSURE])
    assert safe.invoke("?").text == "Oslo is big. \n\nI am not sure."


def test_where_no_probabilities_are_told_nothing_is_held():
    assert guarded(Saying(pieces=["It has 9 lakes."]), policies=[UNSURE]).invoke("?").text == "It has 9 lakes."


@pytest.mark.parametrize("given", [{"confidence": 0.0}, {"confidence": 1.1}, {"confidence": 0.5, "on": "input"}])
def test_what_is_no_confidence_is_said_in_a_line(given: Any):
    with pytest.raises(ValueError, match="cannot hold its confidence"):
        Policy(name="unsure", **given)
