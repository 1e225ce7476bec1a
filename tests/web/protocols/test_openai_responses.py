"""OpenAI's Responses, by the real `openai` client over real TCP."""

import openai
import pytest
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from mainstem.stream.transcript import Transcript
from mainstem.web.protocols import thread_place
from mainstem.web.protocols.openai.responses.request import ResponseOptions
from mainstem.web.protocols.openai.responses.translate import TranslatorState, response_events
from tests.fixtures import call

from . import samples, talks
from .talks import openai_door

CITES = call("search_documents", {"query": "ferry"}, "c1")
SAYS = "The ferry sails every day at seven in the morning [1]."
EVENT = TypeAdapter(ResponseStreamEvent)


def ask(client, **more):
    return client.responses.create(**{"model": "agent", "input": "What is 6*7?", **more})


async def streamed(client, **more):
    return [event async for event in await ask(client, stream=True, **more)]


def translated(run, **options):
    state = TranslatorState(ResponseOptions("agent", **options))
    return [told for event in run for told in response_events(event, state)]


def kinds(events):
    return [event.type for event in events]


async def test_a_response(scripted):
    async with openai_door(scripted(*talks.WORKS)) as (client, _, _):
        whole = await ask(client)
    assert (whole.status, whole.output_text, whole.object) == ("completed", talks.ANSWER, "response")
    assert [item.type for item in whole.output] == ["reasoning", "mcp_call", "message"]
    assert (whole.output[1].name, whole.output[1].arguments, whole.output[1].output) == (
        "calculate",
        '{"expression": "6*7"}',
        "42",
    )
    assert (whole.usage.input_tokens, whole.usage.output_tokens, whole.usage.total_tokens) == (24, 10, 34)


async def test_a_stream_says_the_same(scripted):
    async with openai_door(scripted(*talks.WORKS)) as (client, _, _):
        events = await streamed(client)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == talks.ANSWER
    assert kinds(events)[:2] == ["response.created", "response.in_progress"]
    assert kinds(events)[-1] == "response.completed"
    assert events[-1].response.output_text == talks.ANSWER


async def test_their_own_accumulator_ends_with_the_response(scripted):
    async with openai_door(scripted(*talks.WORKS)) as (client, _, _):
        async with client.responses.stream(model="agent", input="What is 6*7?") as stream:
            snapshots = [event.snapshot async for event in stream if event.type == "response.output_text.delta"]
        final = await stream.get_final_response()
    assert snapshots[-1] == final.output_text == talks.ANSWER


@pytest.mark.worker
@pytest.mark.parametrize("stream", [False, True])
async def test_sources_are_annotations_of_the_words_that_cite_them(scripted, stream):
    async with openai_door(scripted([CITES], [{"words": SAYS}])) as (client, http, _):
        if stream:
            events = await streamed(client)
            assert "response.output_text.annotation.added" in kinds(events)
            whole = events[-1].response
        else:
            whole = await ask(client)
        source = whole.output[-1].content[0].annotations[0]
        passage = (await http.get(source.url)).json()
        assert source.url.startswith(f"{http.base_url}/documents/passage?")
    assert (source.type, source.title) == ("url_citation", "ferry.md")
    assert SAYS[source.start_index : source.end_index] == SAYS
    assert "seven in the morning" in passage["text"]


async def test_a_response_goes_on_behind_another_also_on_a_branch(scripted):
    turns = [[{"words": word}] for word in ("First.", "Second.", "Other.")]
    async with openai_door(scripted(*turns)) as (client, _, manager):
        first = await ask(client, input="One?")
        await ask(client, input="Two?", previous_response_id=first.id)
        other = await ask(client, input="Two again?", previous_response_id=first.id)
        thread = other.mainstem["thread_id"]
        messages = (await manager.session.state(thread)).values["messages"]
        listed = await manager.threads()
    assert [message.text for message in messages] == ["One?", "First.", "Two again?", "Other."]
    assert first.mainstem["thread_id"] == thread
    assert listed == []


async def test_a_response_too_far_back_is_refused_and_not_gone_on_with_from_the_end(scripted, monkeypatch):
    monkeypatch.setattr(thread_place, "MAX_RUNS", 2)
    turns = [[{"words": word}] for word in ("First.", "Second.", "Third.")]
    async with openai_door(scripted(*turns)) as (client, _, _):
        first = second = await ask(client, input="One?")
        for question in ("Two?", "Three?"):
            second = await ask(client, input=question, previous_response_id=second.id)
        with pytest.raises(openai.ConflictError, match="later one"):
            await ask(client, input="Else?", previous_response_id=first.id)


async def test_a_conversation_is_a_users_own(scripted):
    turns = [[{"words": word}] for word in ("First.", "Second.", "Third.")]
    async with openai_door(scripted(*turns)) as (client, _, manager):
        ada = [await ask(client, conversation="7", user="ada") for _ in range(2)]
        bob = await ask(client, conversation={"id": "7"}, user="bob")
        listed = await manager.threads()
    assert ada[0].mainstem["thread_id"] == ada[1].mainstem["thread_id"] != bob.mainstem["thread_id"]
    assert len(listed) == 2


async def test_an_approval_is_asked_for_and_answered(scripted, tmp_path):
    async with openai_door(scripted(*talks.ASKS)) as (client, _, _):
        asks = await ask(client)
        asked = asks.output[-1]
        answer = {"type": "mcp_approval_response", "approval_request_id": asked.id, "approve": True}
        with pytest.raises(openai.BadRequestError, match="previous_response_id"):
            await ask(client, input=[answer])
        done = await ask(client, input=[answer], previous_response_id=asks.id)
    assert (asks.status, asked.type, asked.name) == ("completed", "mcp_approval_request", "save_note")
    assert done.output_text == "It is noted."
    assert list(tmp_path.rglob("fish.md"))


@pytest.mark.parametrize("approve", ["true", None, 1])
async def test_nothing_else_answers_an_approval(scripted, approve):
    answer = {"type": "mcp_approval_response", "approval_request_id": "i:0", "approve": approve}
    async with openai_door(scripted()) as (client, _, _):
        with pytest.raises(openai.UnprocessableEntityError, match="no answer"):
            await ask(client, input=[answer])


@pytest.mark.parametrize("stream", [False, True])
async def test_max_output_tokens_end_the_answer_and_the_run(scripted, stream):
    async with openai_door(scripted(*talks.SLOW)) as (client, _, manager):
        given = {"max_output_tokens": 3}
        whole = (await streamed(client, **given))[-1].response if stream else await ask(client, **given)
        (record,) = await manager.runs.records()
    assert (whole.status, whole.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert 0 < len(whole.output_text.split()) < 10
    assert record.status == "stopped"


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"type": "web_search"}]},
        {"text": {"format": {"type": "json_object"}}},
        {"top_logprobs": 2},
        {"background": True},
        {"previous_response_id": "chatcmpl-1"},
        {"previous_response_id": "resp_1", "conversation": "7"},
        {"input": [{"role": "assistant", "content": "Hi."}]},
        {"input": [{"role": "user", "content": [{"type": "input_audio", "data": ""}]}]},
    ],
    ids=str,
)
async def test_what_cannot_be_kept_is_not_promised(scripted, more):
    async with openai_door(scripted([{"words": "Hello."}])) as (client, _, manager):
        with pytest.raises((openai.BadRequestError, openai.UnprocessableEntityError)) as caught:
            await ask(client, **more)
        assert not await manager.runs.records()
    assert caught.value.type == "invalid_request_error"


async def test_an_unknown_response_is_gone_on_behind_by_nobody(scripted):
    async with openai_door(scripted([{"words": "Hello."}])) as (client, _, _):
        with pytest.raises(openai.NotFoundError, match="no run"):
            await ask(client, previous_response_id="resp_nobodys")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_failed_run_is_an_error(scripted, stream):
    async with openai_door(scripted([{"error": "The key is wrong."}])) as (client, _, _):
        if stream:
            last = (await streamed(client))[-1]
            assert last.type == "response.failed"
            assert "The key is wrong" in last.response.error.message
        else:
            with pytest.raises(openai.InternalServerError, match="The key is wrong"):
                await ask(client)


@pytest.mark.parametrize("run", [samples.WORKING, samples.PARALLEL, samples.ASKING, [*samples.BROKEN, *samples.SECOND]])
@pytest.mark.parametrize("hold", [False, True])
@pytest.mark.parametrize("end", samples.ENDS, ids=lambda end: end.status)
def test_every_event_is_one_of_theirs(run, hold, end):
    events = translated(samples.run(*run, end=end), hold=hold)
    for event in events:
        EVENT.validate_python(event)
    opened = [event["output_index"] for event in events if event["type"] == "response.output_item.added"]
    closed = [event["output_index"] for event in events if event["type"] == "response.output_item.done"]
    if events[-1]["response"]["error"] is None:
        assert sorted(opened) == sorted(closed) == list(range(len(opened)))


def test_words_that_were_taken_back_are_never_part_of_a_held_response():
    run = samples.run(*samples.BROKEN, *samples.SECOND)
    assert words(translated(run, hold=True)) == Transcript.of(run).text == "The river is wide."
    failed = translated(run)[-1]
    assert failed["type"] == "response.failed"
    assert "taken back" in failed["response"]["error"]["message"]


def words(events):
    return "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
