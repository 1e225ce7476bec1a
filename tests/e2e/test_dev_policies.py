"""Policies, reviews and budgets under a real `langgraph dev`, as a client sees them that has nothing of ours."""

import json

from langgraph_sdk import get_client

from mainstem import Session, Settings
from tests.e2e.remotes import ask, new_thread

MODES = ["messages-tuple", "updates", "custom", "values"]


async def told(server, thread, given=None, **more):
    """What the server tells of a run as text, the words that it streams, and the thread's state after it."""
    client = get_client(url=server.url)
    stream = client.runs.stream(thread, "ours", input=given, stream_mode=MODES, **more)
    parts = [part async for part in stream]
    words = [part.data[0]["content"] for part in parts if part.event == "messages" and _is_chunk(part.data[0])]
    text = "\n".join(json.dumps([part.event, part.data]) for part in parts)
    return text, "".join(words), await client.threads.get_state(thread)


def _is_chunk(message):
    return message["type"] == "AIMessageChunk"


def last(state):
    return state["values"]["messages"][-1]


async def test_a_client_of_the_sdk_sees_nothing_that_a_policy_forbids(foreign_server):
    thread = await new_thread(foreign_server.url)
    parts, words, state = await told(foreign_server, thread, ask("Who are your rivals?"))
    assert words == "We make them. So does \n\nI do not speak of others."
    assert [word for word in ("Hyperglot", "they say") if word in parts + json.dumps(state)] == []
    assert state["values"]["halted"] == "policy"
    assert last(state)["response_metadata"]["finish_reason"] == "policy"
    assert last(state)["content"].endswith("I do not speak of others.")


async def test_a_question_that_a_policy_refuses_is_not_put_to_the_model(foreign_server):
    thread = await new_thread(foreign_server.url)
    _, _, state = await told(foreign_server, thread, ask("What of heliotrope?"))
    assert (state["values"]["halted"], last(state)["content"]) == ("policy", "Ask of something else.")


async def test_a_client_of_the_sdk_approves_what_a_policy_holds(foreign_server):
    thread = await new_thread(foreign_server.url)
    parts, words, state = await told(foreign_server, thread, ask("Who are your friends?"))
    assert words == "We make them. So does "
    assert [word for word in ("Wavecraft", "they say") if word in parts + json.dumps(state)] == []
    [interrupt] = state["interrupts"]
    async with Session(Settings(home=foreign_server.home), graph=_served(foreign_server)) as session:
        [waiting] = [each for each in await session.approvals() if each.thread_id == thread]
    assert waiting.request["action_requests"][0]["args"]["text"] == "Wavecraft, they say."
    approved = {interrupt["id"]: {"decisions": [{"type": "approve"}]}}
    parts, words, state = await told(foreign_server, thread, command={"resume": approved})
    assert words == "We make them. So does Wavecraft, they say."
    assert '"decision": {"type": "approve"' in parts
    assert last(state)["content"] == words


async def test_a_client_of_the_sdk_sees_the_budget_end_the_answer(foreign_server):
    thread = await new_thread(foreign_server.url)
    parts, words, state = await told(foreign_server, thread, ask("Tell me at length."))
    assert state["values"]["halted"] == "budget"
    assert "20,000 tokens" in parts
    assert words.startswith("and on")
    assert last(state)["content"] == words
    assert len(words) < len("and on " * 30_000)


def _served(server):
    from langgraph.pregel.remote import RemoteGraph

    return RemoteGraph("ours", url=server.url)
