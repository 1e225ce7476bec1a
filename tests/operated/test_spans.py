"""What spans say, and what they never say; whose trace they go on with; who reads."""

import asyncio
import re
from contextlib import suppress

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.graph import MessagesState, StateGraph

from mainstem import Session, Settings, watch
from mainstem import events as e
from mainstem.models import disconnect
from mainstem.stream.trace_context import parse_traceparent, span_id_of
from mainstem.testing import ScriptedProvider, WireTurn
from tests.fixtures import call
from tests.truth.sources import script, settings_at
from tests.web.served import door, followed

from .graphs import HI, spoken

USAGE = {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4}
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SEARCHING = [call("search_documents", {"query": "ferry"}, "s1")]
ANSWER = [{"words": "At seven [1]."}, {"usage": {"input_tokens": 50, "output_tokens": 4}}]


@pytest.fixture
def telemetry(monkeypatch):
    monkeypatch.setenv("MAINSTEM_TELEMETRY", "otlp")


async def read(run):
    """The run to its end; its trace's id."""
    events = [event async for event in run]
    return events[0].trace_id


def named(trace, name):
    return [span for span in trace if span.name == name]


async def test_a_turn_of_the_agent_has_its_spans_with_the_names_of_the_conventions(scripted, receiver, sent):
    settings = scripted(SEARCHING, ANSWER, telemetry="otlp")
    async with Session(settings) as session:
        run = session.ask("When does the ferry sail?", thread="t7", tags={"user": "ada", "team": "harbour"})
        trace_id = await read(run)
    received = await asyncio.to_thread(sent)
    trace = received.trace(trace_id)
    (root,) = named(trace, "invoke_agent agent")
    assert root.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert root.attributes["gen_ai.agent.name"] == "agent"
    assert root.attributes["mainstem.tag.team"] == "harbour"
    assert root.attributes["gen_ai.usage.input_tokens"] == 50
    for span in trace:
        assert span.attributes["gen_ai.conversation.id"] == "t7"
        assert span.attributes["session.id"] == "t7"
        assert span.attributes["user.id"] == "ada"
        assert span.schema == "https://opentelemetry.io/schemas/1.41.0"
        assert span.service == "mainstem"
    (tool,) = named(trace, "execute_tool search_documents")
    assert tool.attributes["gen_ai.tool.call.id"] == "s1"
    assert tool.attributes["gen_ai.tool.type"] == "function"
    (retrieval,) = named(trace, "retrieval")
    assert retrieval.parent == root.span_id
    chats = [span for span in trace if span.attributes["gen_ai.operation.name"] == "chat"]
    assert len(chats) == 2
    assert all(span.name == f"chat {span.attributes['gen_ai.request.model']}" for span in chats)
    last = max(chats, key=lambda span: span.start)
    assert last.attributes["gen_ai.response.finish_reasons"] == ["stop"]
    assert last.attributes["gen_ai.usage.output_tokens"] == 4
    assert last.kind == 3  # CLIENT


async def test_attempts_are_events_of_one_span(tmp_path, receiver, sent, monkeypatch):
    half = [{"text": "Half an ans"}, {"drop": ""}]
    monkeypatch.setenv("MAINSTEM_RETRY_SECONDS", "0.001")
    async with ScriptedProvider(script([WireTurn.model_validate(half)])) as provider:
        settings = await asyncio.to_thread(settings_at, provider, tmp_path / "home", telemetry="otlp")
        async with Session(settings) as session:
            trace_id = await read(session.ask("Hello there"))
        await disconnect()
    trace = (await asyncio.to_thread(sent)).trace(trace_id)
    (chat,) = [span for span in trace if span.attributes["gen_ai.operation.name"] == "chat"]
    assert [name for name, _ in chat.events] == ["mainstem.attempt", "mainstem.superseded", "mainstem.attempt"]
    assert [told.get("mainstem.attempt.number") for _, told in chat.events] == [1, 1, 2]
    assert chat.attributes["mainstem.attempts"] == 2
    assert chat.attributes["gen_ai.provider.name"] == "openai"
    assert not chat.failed


# whose trace it is


def aside(fails=False):
    """A graph that asks a model for itself before it answers."""

    async def talk(state):
        said = [] if fails else [AIMessage("A word.", usage_metadata=USAGE)]
        model = GenericFakeChatModel(messages=iter(said), disable_streaming=True)
        with suppress(RuntimeError):
            await model.ainvoke("A word?", config={"tags": ["nostream"]})
        return {"messages": [AIMessage("Hi.")]}

    return StateGraph(MessagesState).add_node(talk).set_entry_point("talk").compile()


async def test_a_call_that_is_kept_from_the_stream_has_its_span(telemetry, receiver, sent):
    trace_id = await read(watch(aside(), HI))
    (span,) = named((await asyncio.to_thread(sent)).trace(trace_id), "chat")
    assert span.attributes["gen_ai.usage.input_tokens"] == 3
    assert (span.attributes["mainstem.node"], span.attributes["mainstem.message.answer"]) == ("talk", False)
    assert "A word" not in str(span.attributes)
    assert span.parent == named(receiver.received.trace(trace_id), "invoke_agent LangGraph")[0].span_id


async def test_a_call_that_is_kept_from_the_stream_and_fails_says_so(telemetry, receiver, sent):
    trace_id = await read(watch(aside(fails=True), HI))
    (span,) = named((await asyncio.to_thread(sent)).trace(trace_id), "chat")
    assert span.attributes["error.type"]


async def test_the_trace_of_a_caller_goes_on(receiver, sent):
    settings = await asyncio.to_thread(Settings, telemetry="otlp")
    async with Session(settings, graph=spoken()) as session:
        run = session.ask("hi", traceparent=CALLER)
        events = [event async for event in run]
    trace = (await asyncio.to_thread(sent)).trace("0af7651916cd43dd8448eb211c80319c")
    (root,) = [span for span in trace if span.name.startswith("invoke_agent")]
    assert root.parent == "b7ad6b7169203331"
    assert (events[0].trace_id, events[0].traceparent) == ("0af7651916cd43dd8448eb211c80319c", CALLER)


@pytest.mark.parametrize("path", ["/runs", "/v1/chat/completions"])
async def test_each_door_takes_traceparent(path, receiver, sent):
    settings = await asyncio.to_thread(Settings, telemetry="otlp")
    bodies = {
        "/runs": {"input": HI},
        "/v1/chat/completions": {"model": "any", "messages": [{"role": "user", "content": "hi"}]},
    }
    async with door(spoken(), settings) as (client, _):
        models = (await client.get("/v1/models")).json()["data"]
        if path.startswith("/v1"):
            bodies[path]["model"] = models[0]["id"]
        answer = await client.post(path, json=bodies[path], headers={"traceparent": CALLER})
        events = await followed(client, answer.headers["x-run-id"])
    assert '"trace_id":"0af7651916cd43dd8448eb211c80319c"' in events[0][2]
    roots = [s for s in (await asyncio.to_thread(sent)).spans if s.name.startswith("invoke_agent")]
    assert [root.parent for root in roots] == ["b7ad6b7169203331"]


async def test_without_telemetry_a_callers_trace_id_is_told_all_the_same():
    async with Session(await asyncio.to_thread(Settings), graph=spoken()) as session:
        events = [event async for event in session.ask("hi", traceparent=CALLER)]
        other = [event async for event in session.ask("hi")]
    assert events[0].trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert other[0].trace_id is None


@pytest.mark.parametrize(
    "header",
    [
        *("", "nonsense", CALLER[:-1], CALLER.upper(), "ff" + CALLER[2:], CALLER + "-x"),
        f"00-{'0' * 32}-b7ad6b7169203331-01",
    ],
)
def test_a_wrong_traceparent_is_ignored(header):
    assert parse_traceparent(header) is None


def test_a_traceparent_of_a_later_version_is_taken():
    assert parse_traceparent("01" + CALLER[2:] + "-more").trace_id == "0af7651916cd43dd8448eb211c80319c"


async def test_an_unsampled_caller_is_followed(telemetry, receiver, sent):
    run = watch(spoken(), HI)
    await run.result()
    settings = await asyncio.to_thread(Settings, telemetry="otlp")
    async with Session(settings, graph=spoken()) as session:
        await session.ask("hi", traceparent=CALLER[:-1] + "0").result()
    traces = {span.trace_id for span in (await asyncio.to_thread(sent)).spans}
    assert traces == {(await anext(run.events())).trace_id}


# readers


async def test_a_reader_is_a_span_that_links_to_the_run(telemetry, receiver, sent):
    run = watch(spoken(), HI)
    trace_id = await read(run)
    received = await asyncio.to_thread(sent)
    (reader,) = named(received.spans, "mainstem.read")
    assert reader.links == [(trace_id, span_id_of(run.run_id, "run"))]
    assert reader.links[0][1] in {span.span_id for span in received.trace(trace_id)}
    assert reader.attributes["mainstem.reader.read_to_end"] is True
    assert reader.attributes["mainstem.reader.late_max"] >= reader.attributes["mainstem.reader.late_p50"] >= 0


async def test_what_was_there_before_a_reader_is_not_late(telemetry, receiver, sent):
    run = watch(spoken(), HI)
    await run.result()
    await asyncio.sleep(0)
    assert [event async for event in run.events()]
    (reader,) = named((await asyncio.to_thread(sent)).spans, "mainstem.read")
    assert reader.attributes["mainstem.reader.events"] > 3
    assert "mainstem.reader.late_max" not in reader.attributes


# content

SECRET = "sk-live-0123456789abcdef0123"


async def test_no_word_is_sent_by_default(scripted, receiver, sent):
    settings = scripted(SEARCHING, [{"words": "Seagulls at dawn."}], telemetry="otlp")
    async with Session(settings) as session:
        await read(session.ask("When does the ferry sail?"))
    everything = (await asyncio.to_thread(sent)).everything
    assert "search_documents" in everything
    assert not re.search("Seagulls|ferry sail|seven in the morning|When does", everything)


async def test_content_is_sent_masked_where_it_is_asked_for(receiver, sent):
    settings = await asyncio.to_thread(Settings, telemetry="otlp", telemetry_content=True)
    async with Session(settings, graph=spoken(f"The key is {SECRET}, keep it.")) as session:
        trace_id = await read(session.start(HI))
    received = await asyncio.to_thread(sent)
    (chat,) = [span for span in received.trace(trace_id) if span.attributes["gen_ai.operation.name"] == "chat"]
    assert "The key is " in chat.attributes["gen_ai.output.messages"]
    assert SECRET not in received.everything


async def test_content_is_not_sent_where_nothing_is_masked(receiver, sent, caplog):
    settings = await asyncio.to_thread(Settings, telemetry="otlp", telemetry_content=True, mask="off")
    async with Session(settings, graph=spoken("Seagulls at dawn.")) as session:
        await read(session.start(HI))
    assert "Seagulls" not in (await asyncio.to_thread(sent)).everything
    assert "content is sent masked" in caplog.text


# subgraphs


def test_a_model_that_a_tools_graph_asks_is_within_that_tool():
    from mainstem.stream.telemetry.translate import RunTranslator

    spans = {}
    translator = RunTranslator()
    events = [
        e.RunStarted(seq=1, run_id="r", graph="g", started_at="2026-01-01T00:00:00+00:00"),
        e.ToolStarted(seq=2, tool_call_id="c", name="research", task_id="task1", at=1.0),
        e.MessageStarted(seq=3, message_id="m", model="inner", ns=("tools:task1",), task_id="task2", at=2.0),
        e.MessageFinished(seq=4, message_id="m", complete=True, finish_reason="stop", at=3.0),
        e.NodeFinished(seq=5, node="n", task_id="task2", ns=("tools:task1",), at=3.5),
        e.ToolFinished(seq=6, tool_call_id="c", name="research", at=4.0),
        e.RunFinished(seq=7, run_id="r", status="done", at=5.0, seconds=5.0),
    ]
    for event in events:
        spans |= {record.name: record for record in translator.add(event) if hasattr(record, "span_id")}
    assert spans["chat inner"].parent.span_id == spans["execute_tool research"].span_id
    assert spans["execute_tool research"].parent.span_id == spans["invoke_agent g"].span_id
    assert spans["invoke_agent g"].parent is None
