"""What a guarded model says of secrets reaches nobody: no stream mode, no callback, no checkpoint."""

import json
from typing import Any

import pytest
from hypothesis import given
from langchain.agents import create_agent
from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import fast, laws, watch
from mainstem.events import MessageDelta, Notice, ToolArguments
from mainstem.models.guard import guarded, mask_of
from mainstem.models.scripted.model import ScriptedModel
from mainstem.testing import ScriptedProvider, WireScript

from .texts import cuttings

EMAIL = "ada@example.company"
KEY = "sk-abcDEF1234567890abcdef12"
CARD = "4111 1111 1111 1111"
SECRETS = (EMAIL, KEY, CARD, "ada@", "1111 1111")
MASK = mask_of(["secrets", "email", "card"])
OPENAI: Any = "k"


def letters(text: str) -> list[dict[str, str]]:
    return [{"text": letter} for letter in text]


def said() -> list[Any]:
    """A turn that calls a tool, and one that answers; all of it with secrets, letter by letter."""
    args = json.dumps({"to": EMAIL, "card": 4111111111111111, "body": f"Use {KEY}.\n"})
    return [
        {
            "steps": [
                *({"reasoning": letter} for letter in f"It is {EMAIL}, I think: {KEY}"),
                *letters(f"I write to {EMAIL}."),
                {"tool_chunk": {"index": 0, "id": "c1", "name": "send", "args": ""}},
                *({"tool_chunk": {"index": 0, "args": letter}} for letter in args),
            ]
        },
        {"steps": letters(f"Sent to {EMAIL} with {KEY} and {CARD}")},
    ]


RECEIVED: list[dict[str, Any]] = []


@tool
async def send(to: str, card: str, body: str) -> str:
    """Send a letter."""
    RECEIVED.append({"to": to, "card": card, "body": body})
    return f"Sent to {to}."


def agent(model: Any) -> Any:
    return create_agent(model, [send], checkpointer=InMemorySaver())


class Ear(AsyncCallbackHandler):
    """Whatever callbacks are told, as text."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
        self.heard.append(repr(messages))

    async def on_llm_new_token(self, token: Any, *, chunk: Any = None, **kwargs: Any) -> None:
        self.heard.append(f"{token!r} {chunk!r}")

    async def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        self.heard.append(repr(response))


def clear(*texts: Any) -> list[str]:
    """The secrets that stand in texts."""
    return [secret for secret in SECRETS for text in texts if secret in str(text)]


def models(url: str) -> dict[str, Any]:
    plain = ChatOpenAI(model="m", api_key=OPENAI, base_url=url, stream_usage=True, max_retries=0)
    return {
        "scripted": ScriptedModel(turns=said()),
        "ChatOpenAI": plain,
        "ChatOpenAI that streams": plain.model_copy(update={"streaming": True}),
        "fast": fast(plain, coalesce=True),
        "ChatOpenAI without streaming": plain.model_copy(update={"disable_streaming": True}),
    }


NAMES = list(models("http://127.0.0.1:1"))
ASKED = {"messages": [("user", f"Write to {EMAIL}.")]}
CONFIG = {"configurable": {"thread_id": "t"}}


@pytest.fixture
async def provider():
    async with ScriptedProvider(WireScript.model_validate({"turns": said()})) as served:
        yield served


def stored(graph: Any) -> str:
    """All that the saver holds."""
    saver = graph.checkpointer
    return "".join(repr(dict(each)) for each in (saver.storage, saver.writes, saver.blobs))


@pytest.mark.parametrize("name", NAMES)
async def test_watched_and_stored_it_shows_no_secret(name, provider):
    RECEIVED.clear()
    graph, ear = agent(guarded(models(provider.base_url)[name], MASK)), Ear()
    run = watch(
        graph, {"messages": [HumanMessage(f"Write to {EMAIL}.", id="q")]}, config={**CONFIG, "callbacks": [ear]}
    )
    events = [event async for event in run.events()]
    lines = [line async for line in run.lines()]
    state = await graph.aget_state(CONFIG)
    answers = state.values["messages"][1:]
    report = laws.check(events, messages=answers, replay=lines, secrets=SECRETS)
    assert RECEIVED == [{"to": "[EMAIL_1]", "card": "[CARD_1]", "body": "Use [API_KEY_1].\n"}]
    assert answers[0].text == "I write to [EMAIL_1]."
    assert answers[-1].text == "Sent to [EMAIL_1] with [API_KEY_1] and [CARD_1]"
    assert not clear(*ear.heard)
    assert report.ok, str(report)
    assert report.laws[7].verdict == "held"


async def test_arguments_are_shown_while_they_are_written(provider):
    graph = agent(guarded(fast(models(provider.base_url)["ChatOpenAI"], coalesce=False), MASK))
    events = [event async for event in watch(graph, ASKED, config=CONFIG).events()]
    pieces = [event.text for event in events if isinstance(event, ToolArguments)]
    assert len(pieces) > 10
    assert json.loads("".join(pieces)) == {"to": "[EMAIL_1]", "card": "[CARD_1]", "body": "Use [API_KEY_1].\n"}


async def test_a_notice_tells_of_each_kind_once(provider):
    graph = agent(guarded(models(provider.base_url)["scripted"], MASK))
    events = [event async for event in watch(graph, ASKED, config=CONFIG).events()]
    told = {event.rule: event.count for event in events if isinstance(event, Notice)}
    assert told == {"api_key": 3, "card": 2, "email": 4}
    assert len([event for event in events if isinstance(event, Notice)]) == 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("modes", [["messages"], ["messages", "updates", "values"], ["debug"]])
async def test_no_stream_mode_shows_a_secret(name, modes, provider):
    graph = agent(guarded(models(provider.base_url)[name], MASK))
    asked = {"messages": [HumanMessage("Go.")]}
    parts = [repr(part) async for part in graph.astream(asked, CONFIG, stream_mode=modes)]
    words = "".join(part[0].text for part in [p async for p in graph.astream(None, CONFIG, stream_mode="messages")])
    assert parts
    assert not clear(*parts, words, stored(graph))


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_no_event_of_langchains_shows_a_secret(version, provider):
    graph = agent(guarded(models(provider.base_url)["ChatOpenAI"], MASK))
    asked = {"messages": [HumanMessage("Go.")]}
    heard = [repr(event) async for event in graph.astream_events(asked, CONFIG, version=version)]
    assert len(heard) > 20
    assert not clear(*heard)


async def test_events_of_the_third_version_show_none():
    model = guarded(ScriptedModel(turns=said()[1:]), MASK)
    heard = [repr(event) async for event in await model.astream_events("Go.", version="v3")]
    assert heard
    assert not clear(*heard)
    assert "EMAIL_1" in "".join(heard)


async def test_the_model_is_asked_without_them_but_for_what_the_system_says():
    model = ScriptedModel(turns=["Yes."])
    call = {"name": "send", "args": {"to": EMAIL}, "id": "c"}
    asked = [
        SystemMessage(f"You are {EMAIL}."),
        HumanMessage(f"I am {EMAIL}."),
        AIMessage("", tool_calls=[call]),
        ToolMessage(f"Sent to {EMAIL}", tool_call_id="c", artifact={"name": EMAIL}),
    ]
    await guarded(model, MASK).ainvoke(asked)
    system, *others = model.calls[0]
    assert system.text == f"You are {EMAIL}."
    assert not clear(*map(repr, others))
    assert others[0].text == "I am [EMAIL_1]."
    assert others[1].tool_calls[0]["args"] == {"to": "[EMAIL_1]"}


async def test_numbers_that_stand_in_the_thread_are_not_given_again():
    model = guarded(ScriptedModel(turns=[f"{EMAIL} and bob@example.org"]), MASK)
    message = await model.ainvoke([HumanMessage("Who is not [EMAIL_4]?")])
    assert message.text == "[EMAIL_5] and [EMAIL_6]"


class Blocks(GenericFakeChatModel):
    """A model that plays the chunks it is given."""

    chunks: list[Any]

    async def _astream(self, *args: Any, **kwargs: Any) -> Any:
        for chunk in self.chunks:
            yield ChatGenerationChunk(message=chunk)


async def joined(chunks: list[AIMessageChunk], mask: Any = MASK) -> tuple[list[AIMessageChunk], AIMessageChunk]:
    heard = [chunk async for chunk in guarded(Blocks(messages=iter([]), chunks=chunks), mask).astream("?")]
    whole = heard[0]
    for chunk in heard[1:]:
        whole += chunk
    return heard, whole


@given(cuttings())
def test_words_are_the_masked_whole_in_strings_and_in_blocks(pieces):
    import asyncio

    from mainstem.models.guard import Masker

    everything = mask_of(["all"])
    whole = Masker(everything).finish("".join(pieces))
    strings = [AIMessageChunk(content=piece) for piece in ["", *pieces]]
    blocks = [
        AIMessageChunk(content=[{"type": "text", "text": piece, "index": n // 3}]) for n, piece in enumerate(pieces)
    ]
    apart = [AIMessageChunk(content=[{"type": "text", "text": piece}]) for piece in pieces]
    for chunks in (strings, blocks, apart):
        assert asyncio.run(joined(chunks, everything))[1].text == whole


async def test_blocks_of_every_sort_are_masked():
    chunks = [
        AIMessageChunk(content=[{"type": "thinking", "thinking": "it is ada@ex", "index": 0}]),
        AIMessageChunk(content=[{"type": "thinking", "thinking": "ample.company", "index": 0}]),
        AIMessageChunk(content=[{"type": "thinking", "signature": "ada@example.company", "index": 0}]),
        AIMessageChunk(content=[{"type": "text", "text": "See ada@", "index": 1}]),
        AIMessageChunk(content=[{"type": "text", "text": "example.company", "index": 1}]),
        AIMessageChunk(
            content=[{"type": "tool_use", "partial_json": '{"to": "ada@', "index": 2}],
            tool_call_chunks=[tool_call_chunk(args='{"to": "ada@', index=2, id="c", name="send")],
        ),
        AIMessageChunk(
            content=[{"type": "input_json_delta", "partial_json": 'example.company"}', "index": 2}],
            tool_call_chunks=[tool_call_chunk(args='example.company"}', index=2)],
            response_metadata={"logprobs": {"content": [{"token": "ada"}]}, "finish_reason": "stop"},
        ),
    ]
    heard, whole = await joined(chunks)
    assert whole.text == "See [EMAIL_1]"
    assert whole.content[0] == {"type": "thinking", "thinking": "it is [EMAIL_1]", "index": 0, "signature": EMAIL}
    assert whole.tool_calls == [{"name": "send", "args": {"to": "[EMAIL_1]"}, "id": "c", "type": "tool_call"}]
    assert "logprobs" not in whole.response_metadata
    assert whole.response_metadata["finish_reason"] == "stop"
    print(*heard, sep="\n")
    assert not clear(*(repr(chunk).replace(f"'signature': '{EMAIL}'", "") for chunk in heard))


async def test_a_model_that_has_no_streams_has_none_guarded():
    class Whole(GenericFakeChatModel):
        _stream = BaseChatModel._stream

    model = guarded(Whole(messages=iter([AIMessage(f"It is {EMAIL}.")])), MASK)
    assert await anext(chunk.text async for chunk in model.astream("?")) == "It is [EMAIL_1]."


async def test_bindings_are_guarded_within_and_what_is_no_model_is_refused():
    bound = guarded(ScriptedModel(turns=[f"It is {EMAIL}."]).bind_tools([send]), MASK)
    assert (await bound.ainvoke("?")).text == "It is [EMAIL_1]."
    with pytest.raises(TypeError, match="takes a chat model of LangChain's, not str"):
        guarded("gpt")  # type: ignore[type-var]  # that is what is refused


def test_without_an_event_loop_it_is_the_same():
    model = guarded(ScriptedModel(turns=[f"It is {EMAIL}, {KEY}"]), MASK)
    assert "".join(chunk.text for chunk in model.stream("?")) == "It is [EMAIL_1], [API_KEY_1]"


async def test_secrets_alone_are_masked_where_nothing_is_said():
    assert (await guarded(ScriptedModel(turns=[f"{EMAIL} {KEY}"])).ainvoke("?")).text == f"{EMAIL} [API_KEY_1]"


def graph_of(model: Any) -> Any:
    async def speak(state: MessagesState) -> Any:
        return {"messages": [await model.ainvoke(state["messages"])]}

    return StateGraph(MessagesState).add_node(speak).add_edge(START, "speak").compile(checkpointer=InMemorySaver())


async def test_no_arrival_is_hidden_by_what_is_held_back():
    text = f"It is {EMAIL}, and {KEY}, or so. "
    graph = graph_of(guarded(ScriptedModel(turns=[{"steps": letters(text)}]), MASK))
    events = [event async for event in watch(graph, {"messages": [HumanMessage("?", id="q")]}, config=CONFIG).events()]
    deltas = [event for event in events if isinstance(event, MessageDelta)]
    assert sum(event.n for event in deltas) == deltas[-1].tokens == len(text)
    state = await graph.aget_state(CONFIG)
    before = [HumanMessage("?", id="q")]
    report = laws.check(events, messages=state.values["messages"], before=before, secrets=SECRETS)
    assert report.ok, report
    assert report.laws[7].verdict == "held"
