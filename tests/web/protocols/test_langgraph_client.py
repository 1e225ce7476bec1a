"""LangChain's JavaScript, against a real `langgraph dev` that serves the repository's own langgraph.json."""

import json

import pytest

from tests.conftest import ROOT
from tests.e2e.conftest import dev_server

from . import talks


@pytest.fixture(scope="session")
def our_dev_server(tmp_path_factory):
    with dev_server(ROOT, tmp_path_factory.mktemp("dev_server")) as server:
        yield server


def script(tmp_path, turns):
    file = tmp_path / "talk.json"
    file.write_text(json.dumps(turns))
    return {"model": f"scripted:{file}"}


async def test_the_sdk_streams_the_answer(node, our_dev_server, tmp_path):
    given = {"url": our_dev_server.url, "assistant": "agent", "question": "What is 6*7?"}
    seen = await node("langgraph_client", {**given, "context": script(tmp_path, talks.WORKS)})
    chunks = [part["data"] for part in seen["parts"] if part["event"].startswith("messages")]
    said = [chunk["content"] for chunk, _ in chunks if chunk["type"] == "AIMessageChunk"]
    assert "".join(said) == seen["values"]["messages"][-1]["content"] == talks.ANSWER
    custom = [part["data"]["mainstem"]["type"] for part in seen["parts"] if part["event"].startswith("custom")]
    assert {"node.started", "tool.started", "progress", "tool.finished"} <= set(custom)


async def test_use_stream_shows_the_answer_as_it_comes(node, our_dev_server, tmp_path):
    given = {"url": our_dev_server.url, "assistant": "agent", "steps": [{"say": "What is 6*7?"}]}
    (seen,) = await node("use_stream", {**given, "context": script(tmp_path, talks.WORKS)})
    assert seen["error"] is None
    assert [message["type"] for message in seen["messages"]] == ["human", "ai", "tool", "ai"]
    assert seen["messages"][-1]["content"] == talks.ANSWER
    growing = [text for text in seen["texts"] if text]
    assert len(growing) > 2
    assert all(talks.ANSWER.startswith(text) for text in growing)
    assert {"tool.started", "progress"} <= {data["mainstem"]["type"] for data in seen["custom"]}


async def test_use_stream_approves_a_call(node, our_dev_server, tmp_path):
    steps = [{"say": "Note it."}, {"resume": {"decisions": [{"type": "approve"}]}}]
    given = {"url": our_dev_server.url, "assistant": "agent", "steps": steps}
    asked, seen = await node("use_stream", {**given, "context": script(tmp_path, talks.ASKS)})
    assert asked["interrupt"]["value"]["action_requests"][0]["name"] == "save_note"
    assert (seen["interrupt"], seen["error"]) == (None, None)
    assert seen["messages"][-1]["content"] == "It is noted."
