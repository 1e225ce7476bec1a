"""A chat of the AI SDK in node, over real TCP."""

import asyncio
from contextlib import aclosing

import pytest

from mainstem.events import MessageDelta
from tests.waiting import eventually
from tests.web import graphs
from tests.web.served import door

from . import talks
from .test_aisdk_translate import kinds, standing


@pytest.fixture(params=["ai", "ai-6"])
def ai(request):
    """The AI SDK, in each of its versions: 7 and 6."""
    return request.param


async def talk(node, client, *steps, ai="ai", **more):
    asked = {"ai": ai, "url": f"{client.base_url}/ai-sdk", "id": "mine", "steps": steps}
    return await node("aisdk_chat", {**asked, **more})


def texts(message):
    return [part["text"] for part in kinds(message, "text")]


async def test_a_question_is_answered_with_all_that_is_done_for_it(node, scripted, ai):
    async with door(settings=scripted(*talks.WORKS)) as (client, _):
        (seen,) = await talk(node, client, {"say": "What is 6*7?"}, ai=ai)
    assert (seen["isError"], seen["finishReason"]) == (False, "stop")
    _, message = seen["messages"]
    assert texts(message) == [talks.ANSWER]
    assert [part["text"] for part in kinds(message, "reasoning")] == ["A sum."]
    (tool,) = kinds(message, "dynamic-tool")
    assert (tool["state"], tool["input"], tool["output"]["summary"]) == (
        "output-available",
        {"expression": "6*7"},
        "42",
    )
    assert {"data-node", "data-progress"} <= set(seen["events"])
    assert message["metadata"]["usage"]["total_tokens"] == 34
    assert message["metadata"]["thread_id"] == "mine"


async def test_the_response_has_their_headers(scripted):
    body = {"id": "mine", "messages": [{"id": "u", "role": "user", "parts": [{"type": "text", "text": "Hi"}]}]}
    async with door(settings=scripted([{"words": "Hello."}])) as (client, _):
        answer = await client.post("/ai-sdk", json=body)
    assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")


async def test_a_thread_goes_on_and_hears_nothing_twice(node, scripted):
    async with door(settings=scripted([{"words": "First."}], [{"words": "Second."}])) as (client, manager):
        _, seen = await talk(node, client, {"say": "One?"}, {"say": "Two?"})
        messages = (await manager.session.state("mine")).values["messages"]
    assert [texts(message) for message in seen["messages"]] == [["One?"], ["First."], ["Two?"], ["Second."]]
    assert [message.text for message in messages] == ["One?", "First.", "Two?", "Second."]


async def test_an_answer_is_made_anew_on_a_branch_and_a_question_is_edited(node, scripted, ai):
    turns = [[{"words": word}] for word in ("First.", "Second.", "Another second.", "Another first.")]
    steps = ({"say": "One?"}, {"say": "Two?"}, {"regenerate": True}, {"say": "One, then?", "edit": 0})
    async with door(settings=scripted(*turns)) as (client, manager):
        _, _, anew, edited = await talk(node, client, *steps, ai=ai)
        messages = (await manager.session.state("mine")).values["messages"]
        assert len(await manager.runs.records("mine")) == 4
    assert [texts(each) for each in anew["messages"]] == [["One?"], ["First."], ["Two?"], ["Another second."]]
    assert [texts(each) for each in edited["messages"]] == [["One, then?"], ["Another first."]]
    assert [message.text for message in messages] == ["One, then?", "Another first."]


@pytest.mark.parametrize("approve", [True, False])
async def test_a_call_is_decided(node, scripted, approve, tmp_path, ai):
    async with door(settings=scripted(*talks.ASKS)) as (client, _):
        asked, seen = await talk(node, client, {"say": "Note it."}, {"approve": approve}, ai=ai)
    assert asked["finishReason"] == "tool-calls"
    _, message = seen["messages"]
    (tool,) = kinds(message, "dynamic-tool")
    assert tool["state"] == ("output-available" if approve else "output-denied")
    assert texts(message) == ["It is noted."]
    assert bool(list(tmp_path.rglob("fish.md"))) == approve


async def test_a_foreign_graph_asks_in_its_own_words(node):
    async with door(graphs.questioning) as (client, _):
        (asked,) = await talk(node, client, {"say": "Hm?"})
        (interrupt,) = kinds(asked["messages"][-1], "data-interrupt")
        decided = {interrupt["id"]: 7}
        body = {"id": "mine", "messages": asked["messages"], "decisions": decided}
        answer = await client.post("/ai-sdk", json=body)
    assert interrupt["data"]["request"] == {"question": "which?"}
    assert "the number is 7" in answer.text


async def test_a_broken_attempt_can_be_told(node, scripted):
    async with door(settings=scripted(*talks.BREAKS)) as (client, _):
        (seen,) = await talk(node, client, {"say": "What is 6*7?"})
    assert standing(seen["messages"][-1]) == [talks.ANSWER]


async def test_a_failure_says_why(node):
    async with door(graphs.failing) as (client, _):
        (seen,) = await talk(node, client, {"say": "Hm?"})
    assert "the disk is" in seen["error"]


async def test_a_stopped_chat_stops_the_run(node, scripted):
    async with door(settings=scripted(*talks.SLOW)) as (client, manager):
        (seen,) = await talk(node, client, {"say": "Slowly.", "stopAtText": True})
        await eventually(lambda: not manager.runs.running)
        (record,) = await manager.runs.records(None, 10)
    assert seen["isAbort"]
    assert record.status == "stopped"


async def test_a_page_that_was_loaded_anew_finds_the_running_answer(node, scripted):
    async with door(settings=scripted([{"text": "One two three."}, {"sleep": 600.0}])) as (client, manager):
        assert (await client.get("/ai-sdk/mine/stream")).status_code == 204
        await client.post("/runs", json={"question": "Slowly.", "thread": "mine"})
        (run,) = manager.runs.running
        async with aclosing(run.events()) as told:
            async for event in told:
                if isinstance(event, MessageDelta):
                    break
        resumed = asyncio.create_task(talk(node, client, {"resume": True}))
        await eventually(lambda: manager.streams.inside)
        await run.stop()
        (seen,) = await resumed
    assert texts(seen["messages"][-1]) == ["One two three."]


async def test_what_is_no_chat_is_refused():
    answered = {"id": "t", "messages": [{"id": "a", "role": "assistant", "parts": []}]}
    pdf = {"type": "file", "mediaType": "application/pdf", "url": "data:application/pdf;base64,AA=="}
    async with door(graphs.answer) as (client, _):
        nothing = await client.post("/ai-sdk", json=answered)
        file = await client.post("/ai-sdk", json={"id": "t", "messages": [{"role": "user", "parts": [pdf]}]})
        wrong = await client.post("/ai-sdk", json={"messages": []})
    assert (nothing.status_code, file.status_code, wrong.status_code) == (422, 422, 422)
    assert "application/pdf" in file.json()["detail"]
