"""The real `openai` client, over real TCP."""

import asyncio
from contextlib import aclosing
from typing import Any

import httpx
import openai
import pytest
from fastapi import FastAPI

from mainstem import Session, Settings
from mainstem.events import MessageDelta
from mainstem.testing import ScriptedProvider
from mainstem.web.application import app
from mainstem.web.run_manager import RunManager
from tests.fixtures import call
from tests.waiting import eventually
from tests.web.served import serving

from . import talks
from .talks import openai_door

HI = [{"role": "user", "content": "What is 6*7?"}]


def ask(client, **more):
    return client.chat.completions.create(**{"model": "agent", "messages": HI, **more})


def body(error: openai.APIStatusError) -> Any:
    """What an error said, as JSON."""
    return error.body


async def streamed(client, **more):
    return [chunk async for chunk in await ask(client, stream=True, **more)]


async def gather(stream, chunks):
    async for chunk in stream:
        chunks.append(chunk)


def words(chunks):
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


async def test_a_completion(scripted):
    async with openai_door(scripted(*talks.WORKS)) as (client, _, _):
        whole = await ask(client)
    (choice,) = whole.choices
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", talks.ANSWER, "stop")
    assert choice.message.tool_calls is None
    assert choice.message.reasoning_content == "A sum."
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens) == (24, 10)
    assert whole.mainstem["status"] == "done"
    assert whole.object == "chat.completion"


async def test_a_stream_says_the_same(scripted):
    async with openai_door(scripted(*talks.WORKS)) as (client, _, _):
        chunks = await streamed(client, stream_options={"include_usage": True})
    assert words(chunks) == talks.ANSWER
    assert len([chunk for chunk in chunks if words([chunk])]) > 1
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    assert [c.finish_reason for chunk in chunks for c in chunk.choices if c.finish_reason] == ["stop"]
    assert chunks[-1].usage.total_tokens == 34
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)


async def test_the_work_is_seen_on_request(scripted):
    async with openai_door(scripted(*talks.WORKS)) as (client, _, _):
        chunks = await streamed(client, extra_body={"mainstem": {"events": True}})
    kinds = {chunk.mainstem["type"] for chunk in chunks if "type" in (chunk.model_extra or {}).get("mainstem", {})}
    assert {"run.started", "node.started", "tool.started", "progress", "tool.finished"} <= kinds
    assert words(chunks) == talks.ANSWER


async def test_the_work_is_in_comments_that_clients_pass_over(scripted):
    async with openai_door(scripted(*talks.WORKS)) as (_, http, _):
        body = {"model": "agent", "messages": HI, "stream": True}
        text = (await http.post("/v1/chat/completions", json=body)).text
    assert ": step call_model\n\n" in text
    assert ": progress 6*7 1/1 expressions\n\n" in text
    assert text.endswith("data: [DONE]\n\n")


async def test_a_thread_is_gone_on_with_and_tags_are_kept(scripted):
    async with openai_door(scripted([{"words": "First."}], [{"words": "Second."}])) as (client, _, manager):
        for _ in range(2):
            last = await ask(client, user="ada", metadata={"thread": "mine", "team": "docs"})
        record = await manager.runs.record(last.mainstem["run_id"])
        messages = (await manager.session.state("mine")).values["messages"]
    assert last.mainstem["thread_id"] == "mine"
    assert record.tags == {"user": "ada", "team": "docs"}
    assert [message.text for message in messages] == ["What is 6*7?", "First.", "What is 6*7?", "Second."]


async def test_a_messages_id_replaces_no_older_message(scripted):
    async with openai_door(scripted([{"words": "First."}], [{"words": "Second."}])) as (client, _, manager):
        await ask(client, metadata={"thread": "mine"})
        older = (await manager.session.state("mine")).values["messages"]
        again = [{"role": "user", "content": "Other words.", "id": older[0].id}]
        await ask(client, messages=again, metadata={"thread": "mine"})
        messages = (await manager.session.state("mine")).values["messages"]
    assert [message.text for message in messages] == ["What is 6*7?", "First.", "Other words.", "Second."]
    assert len({message.id for message in messages}) == 4


async def test_a_question_is_refused_in_their_words_while_a_decision_waits(scripted):
    async with openai_door(scripted(*talks.ASKS)) as (client, http, manager):
        for status in (422, 409):  # the run that asks, and the question that is not asked
            with pytest.raises(openai.APIStatusError) as caught:
                await ask(client, metadata={"thread": "mine"})
            (asked,) = body(caught.value)["interrupts"]
            assert (caught.value.status_code, caught.value.code) == (status, "decision_required")
        waits = (await http.get("/threads/mine")).json()["interrupts"]
        assert waits == [{"interrupt_id": asked["interrupt_id"], "request": asked["request"]}]
        assert len(await manager.runs.records(None, 10)) == 1


async def test_without_a_thread_the_messages_are_the_conversation(scripted):
    said = [*HI, {"role": "assistant", "content": "42."}, {"role": "user", "content": "And 6*8?"}]
    async with openai_door(scripted([{"words": "48."}])) as (client, _, manager):
        whole = await ask(client, messages=said)
        messages = (await manager.session.state(whole.mainstem["thread_id"])).values["messages"]
    assert [(m.type, m.text) for m in messages] == [
        ("human", "What is 6*7?"),
        ("ai", "42."),
        ("human", "And 6*8?"),
        ("ai", "48."),
    ]


async def test_the_models_are_the_agent_and_what_it_may_use(scripted):
    async with openai_door(scripted([{"words": "Hello."}])) as (client, _, _):
        names = [model.id async for model in client.models.list()]
        found = await client.models.retrieve(names[0])
        quoted = await ask(client, model="extractive")
        with pytest.raises(openai.NotFoundError, match="extractive"):
            await ask(client, model="gpt-unknown")
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("gpt-unknown")
    assert names[0] == found.id == "agent"
    assert "extractive" in names
    assert quoted.model == "extractive"


@pytest.mark.parametrize(
    "more",
    [
        {"n": 2},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"response_format": {"type": "json_object"}},
        {"logprobs": True},
        {"max_tokens": 0},
        {"messages": [{"role": "assistant", "content": "Hi."}]},
        {"messages": []},
    ],
    ids=str,
)
async def test_what_cannot_be_kept_is_not_promised(scripted, more):
    async with openai_door(scripted([{"words": "Hello."}])) as (client, _, manager):
        with pytest.raises((openai.BadRequestError, openai.UnprocessableEntityError)) as caught:
            await ask(client, **more)
        assert not await manager.session.threads()
    assert caught.value.type == "invalid_request_error"


async def test_a_broken_attempt_is_never_part_of_a_completion(scripted):
    async with openai_door(scripted(*talks.BREAKS)) as (client, _, _):
        assert (await ask(client)).choices[0].message.content == talks.ANSWER


async def test_held_words_are_those_that_stand(scripted):
    async with openai_door(scripted(*talks.BREAKS)) as (client, _, _):
        assert words(await streamed(client, extra_body={"mainstem": {"hold": True}})) == talks.ANSWER


async def test_a_stream_whose_words_were_taken_back_says_so_and_the_run_goes_on(scripted):
    async with openai_door(scripted(*talks.BREAKS)) as (client, _, manager):
        chunks = []
        stream = await ask(client, stream=True, metadata={"thread": "mine"})
        with pytest.raises(openai.APIError, match="taken back") as caught:
            await gather(stream, chunks)
        await eventually(lambda: not manager.runs.running)
        messages = (await manager.session.state("mine")).values["messages"]
    assert words(chunks) == "It is for"
    assert caught.value.code == "answer_withdrawn"
    assert messages[-1].text == talks.ANSWER


@pytest.mark.parametrize("stream", [False, True])
async def test_a_failed_run_is_an_error_and_is_made_once(scripted, stream):
    turns = [[{"error": "The key is wrong."}], [{"words": "Never said."}]]
    async with openai_door(scripted(*turns)) as (client, _, manager):
        with pytest.raises(openai.APIError, match="The key is wrong") as caught:
            await (streamed(client) if stream else ask(client))
        assert len(await manager.runs.records(None, 10)) == 1
    assert body(caught.value)["run_id"]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_run_that_waits_says_what_for_and_is_decided_elsewhere(scripted, stream):
    async with openai_door(scripted(*talks.ASKS)) as (client, http, _):
        with pytest.raises(openai.APIError, match="/threads/mine/resume") as caught:
            await (streamed if stream else ask)(client, metadata={"thread": "mine"})
        (asked,) = body(caught.value)["interrupts"]
        decided = {asked["interrupt_id"]: {"decisions": [{"type": "approve"}]}}
        answer = await http.post("/threads/mine/resume", json={"decisions": decided})
        text = "\n".join(await talks.told(http, answer.json()["run_id"]))
    assert caught.value.code == "decision_required"
    assert asked["request"]["action_requests"][0]["name"] == "save_note"
    assert '"status":"done"' in text


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_leaves_stops_the_run(scripted, stream):
    async with openai_door(scripted(*talks.SLOW)) as (client, _, manager):
        asking = asyncio.create_task(streamed(client) if stream else ask(client))
        await eventually(lambda: manager.runs.running)
        (run,) = manager.runs.running
        async with aclosing(run.events()) as told:
            async for event in told:
                if isinstance(event, MessageDelta):
                    break
        asking.cancel()
        result = await run.result()
    assert result.status == "stopped"
    assert len(result.text.split()) < 2000


async def test_a_busy_thread_is_refused_in_their_words(scripted):
    async with openai_door(scripted(*talks.SLOW)) as (client, _, manager):
        asking = asyncio.create_task(ask(client, metadata={"thread": "mine"}))
        await eventually(lambda: manager.runs.running)
        with pytest.raises(openai.ConflictError, match="busy") as caught:
            await client.with_options(max_retries=0).chat.completions.create(
                model="agent", messages=HI, metadata={"thread": "mine"}
            )
        asking.cancel()
    assert (caught.value.type, caught.value.code) == ("invalid_request_error", "thread_busy")


# limits, sources, conversations


@pytest.mark.parametrize("stream", [False, True])
async def test_max_tokens_end_the_answer_and_the_run(scripted, stream):
    async with openai_door(scripted(*talks.SLOW)) as (client, _, manager):
        if stream:
            chunks = await streamed(client, max_completion_tokens=3)
            said, (reason,) = words(chunks), [c.finish_reason for e in chunks for c in e.choices if c.finish_reason]
        else:
            (choice,) = (await ask(client, max_tokens=3)).choices
            said, reason = choice.message.content, choice.finish_reason
        (record,) = await manager.runs.records()
    assert (reason, record.status) == ("length", "stopped")
    assert 0 < len(said.split()) < 10


@pytest.mark.parametrize("stream", [False, True])
async def test_a_stop_word_ends_the_answer_before_it(scripted, stream):
    async with openai_door(scripted(*talks.SLOW)) as (client, _, _):
        if stream:
            said = words(await streamed(client, stop=["four", "six"]))
        else:
            (choice,) = (await ask(client, stop="four")).choices
            said = choice.message.content
            assert choice.finish_reason == "stop"
    assert said == "One two three "


@pytest.mark.worker
@pytest.mark.parametrize("stream", [False, True])
async def test_sources_are_annotations(scripted, stream):
    answer = "The ferry sails every day at seven in the morning [1]."
    search = call("search_documents", {"query": "ferry"}, "c1")
    async with openai_door(scripted([{"words": "Let me see."}, search], [{"words": answer}])) as (client, http, _):
        if stream:
            chunks = await streamed(client)
            said, (delta,) = words(chunks), [c.delta for e in chunks for c in e.choices if c.finish_reason]
            source = delta.annotations[0]["url_citation"]
        else:
            message = (await ask(client)).choices[0].message
            said, source = message.content, message.annotations[0].url_citation.model_dump()
        async with httpx.AsyncClient(trust_env=False) as other:
            passage = await other.get(source["url"])
    assert source["url"].startswith(f"{http.base_url}/documents/passage?")
    assert "seven in the morning" in passage.json()["text"]
    assert source["title"] == "ferry.md"
    assert said[source["start_index"] : source["end_index"]] == answer


@pytest.mark.worker
async def test_a_source_is_reached_as_the_server_is(scripted):
    """Below another path, and by the scheme that a proxy on this machine says it was asked by."""
    outer = FastAPI()
    search = call("search_documents", {"query": "ferry"}, "c1")
    settings = scripted([search], [{"words": "The ferry sails every day at seven in the morning [1]."}])
    outer.mount("/inside", app(manager=RunManager(Session(settings))))
    body = {"model": "agent", "messages": HI}
    async with serving(outer) as http:
        asked = await http.post("/inside/v1/chat/completions", json=body, headers={"X-Forwarded-Proto": "https"})
        netloc = f"{http.base_url.host}:{http.base_url.port}"
    source = asked.json()["choices"][0]["message"]["annotations"][0]["url_citation"]
    assert source["url"].startswith(f"https://{netloc}/inside/documents/passage?")


async def test_what_is_not_here_is_told_in_their_shape(scripted):
    async with openai_door(scripted()) as (client, http, _):
        with pytest.raises(openai.NotFoundError, match="/v1/embeddings") as caught:
            await client.embeddings.create(model="agent", input="x")
        other = await http.get("/v1/chat/completions")
        with pytest.raises(openai.NotFoundError) as unknown:
            await client.chat.completions.create(model="nothing", messages=HI)
        with pytest.raises(openai.NotFoundError) as behind:
            await client.responses.create(model="agent", input="x", previous_response_id="resp_nothing")
    assert (unknown.value.code, behind.value.code) == ("model_not_found", "not_found")
    assert (caught.value.type, caught.value.param) == ("invalid_request_error", None)
    assert (other.status_code, other.json()["error"]["type"]) == (404, "invalid_request_error")


async def test_a_provider_that_has_had_enough_is_a_429(library_settings):
    async with ScriptedProvider([[{"status": 429, "message": "Slow down."}]]) as upstream:
        settings = Settings(
            **library_settings,
            model="openai:scripted",
            openai_base_url=upstream.base_url,
            openai_api_key="k",
            max_attempts=1,
        )
        async with openai_door(settings) as (client, _, _):
            with pytest.raises(openai.RateLimitError, match="Slow down") as caught:
                await ask(client)
        assert len(upstream.requests) == 1
    assert caught.value.code == "rate_limit_exceeded"


async def test_without_a_conversation_a_resent_history_is_not_listed(scripted):
    said = [*HI, {"role": "assistant", "content": "42."}, {"role": "user", "content": "And 6*8?"}]
    async with openai_door(scripted(*[[{"words": "48."}]] * 4)) as (client, http, manager):
        alone = await ask(client, messages=said)
        assert (await http.get("/threads")).json()["threads"] == await manager.session.threads() == []
        assert (await http.get(f"/threads/{alone.mainstem['thread_id']}")).status_code == 200
        for _ in range(2):
            ada = await ask(client, messages=said, user="ada", metadata={"conversation_id": "7"})
        bob = await ask(client, messages=said, user="bob", metadata={"conversation_id": "7"})
        listed = {each.thread_id for each in await manager.threads()}
        record = await manager.runs.record(ada.mainstem["run_id"])
    assert listed == {ada.mainstem["thread_id"], bob.mainstem["thread_id"]}
    assert len(listed) == 2
    assert record.tags == {"user": "ada"}
