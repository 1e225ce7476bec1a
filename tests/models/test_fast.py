"""`fast` and `http_client`: other people's models say what they say without, for less."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import brotli
import httpx
import openai
import pytest
import zstandard
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessageChunk, BaseMessageChunk
from langchain_openai import AzureChatOpenAI, ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel

from mainstem import fast, http_client, laws, sync_http_client, watch
from mainstem.events import MessageDelta
from mainstem.testing import ScriptedProvider, WireScript, transcript

KEY: Any = "k"
WORDS: list[str] = [f"word{number} " for number in range(200)]
TURN: Any = {
    "steps": [
        *[{"text": word} for word in WORDS],
        {"tool_call": {"name": "look", "args": {"at": "x" * 200}, "id": "c1"}},
    ]
}


def turn(text: str) -> Any:
    return {"steps": [{"text": word} for word in text.split(" ")]}


def plain(url: str, **more: Any) -> ChatOpenAI:
    return ChatOpenAI(model="m", api_key=KEY, base_url=url, stream_usage=True, max_retries=0, **more)


def quick(url: str, **more: Any) -> ChatOpenAI:
    return fast(plain(url, **more), coalesce=True)


def below(url: str, **more: Any) -> ChatOpenAI:
    return plain(url, http_async_client=http_client(coalesce=True), **more)


async def heard(chunks: AsyncIterator[BaseMessageChunk]) -> tuple[int, Any]:
    """How many chunks came, and what they come to: a message, or the error in the words of its type."""
    count, message = 0, AIMessageChunk(content="")
    try:
        async for chunk in chunks:
            count += 1
            message = message + chunk
    except Exception as error:
        return count, f"{type(error).__name__}: {error}"
    return count, {**message.model_dump(exclude={"id"}), "model_extra": None}


@pytest.mark.parametrize("make", [quick, below])
async def test_the_message_is_the_same_in_fewer_chunks(make: Callable[..., ChatOpenAI]) -> None:
    async with ScriptedProvider([TURN, TURN], pace="max") as provider:
        many, whole = await heard(plain(provider.base_url).astream("hi"))
        few, joined = await heard(make(provider.base_url).astream("hi"))
    assert joined == whole
    assert many > 200 > 40 > few


async def test_code_without_an_event_loop_gets_the_same() -> None:
    async with ScriptedProvider([TURN] * 3, pace="max") as provider:
        url = provider.base_url
        models = [plain(url), quick(url), plain(url, http_client=sync_http_client(coalesce=True))]
        found = [await asyncio.to_thread(summed, model) for model in models]
    assert found[1][1] == found[2][1] == found[0][1]
    assert found[0][0] > 200


def packed(name: str, pieces: list[bytes]) -> list[bytes]:
    """Each piece packed so that it can be read when it has come."""
    if name == "br":
        brotli_made = brotli.Compressor()
        return [brotli_made.process(piece) + brotli_made.flush() for piece in pieces]
    if name == "zstd":
        zstd_made = zstandard.ZstdCompressor().compressobj()
        flush = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return [zstd_made.compress(piece) + zstd_made.flush(flush) for piece in pieces]
    made = zlib.compressobj(wbits=31 if name == "gzip" else 15)
    return [made.compress(piece) + made.flush(zlib.Z_SYNC_FLUSH) for piece in pieces]


@asynccontextmanager
async def talking(encoding: str) -> AsyncIterator[str]:
    """A server whose stream of `WORDS` is packed, all at once."""
    says = [{"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]} for word in WORDS]
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    events = [b"data: " + json.dumps(each).encode() + b"\n\n" for each in [*says, last]] + [b"data: [DONE]\n\n"]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: {encoding}\r\n\r\n"
        writer.write(head.encode() + b"".join(packed(encoding, events)))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    server.close()


@pytest.mark.parametrize("make", [quick, below])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_packed_stream_is_joined_too(encoding: str, make: Callable[..., ChatOpenAI]) -> None:
    async with talking("gzip") as usual, talking(encoding) as url:
        (many, whole), (few, joined) = await heard(plain(usual).astream("hi")), await heard(make(url).astream("hi"))
    assert joined == whole
    assert whole["content"] == "".join(WORDS)
    assert few < many / 10


def summed(model: ChatOpenAI) -> tuple[int, Any]:
    chunks = list(model.stream("hi"))
    message = AIMessageChunk(content="")
    for chunk in chunks:
        message = message + chunk
    return len(chunks), message.model_dump(exclude={"id"})


@pytest.mark.parametrize("kind", ["chat", "responses"])
async def test_every_recorded_stream_accumulates_to_the_same(shared: Path, kind: str) -> None:
    folder = shared / "sse-transcripts"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").split("\n") if line]
    paths = [folder / row["file"] for row in rows if row["kind"] == kind]
    assert len(paths) > 10
    turns = [turn for path in paths for turn in [await asyncio.to_thread(transcript, path)] * 3]
    different: list[str] = []
    async with ScriptedProvider(WireScript(turns=turns), pace="max") as provider:
        more = {"use_responses_api": kind == "responses"}
        usual, *joining = [make(provider.base_url, **more) for make in (plain, quick, below)]
        for path in paths:
            _, whole = await heard(usual.astream("hi"))
            for made, name in zip(joining, ("quick", "below"), strict=True):
                _, joined = await heard(made.astream("hi"))
                if joined != whole:
                    different.append(f"{path.name}, {name}: {joined} instead of {whole}")
    assert not different, "\n".join(different)


@pytest.mark.parametrize("make", [quick, below])
async def test_watch_hears_how_many_came_and_when(make: Callable[..., ChatOpenAI]) -> None:
    async with ScriptedProvider([TURN], pace="max") as provider:
        model = make(provider.base_url)

        async def call(state: MessagesState) -> dict[str, Any]:
            return {"messages": [await model.ainvoke(state["messages"])]}

        graph = StateGraph(MessagesState).add_node("call", call).add_edge(START, "call").compile()
        events = [event async for event in watch(graph, {"messages": [("user", "hi")]})]
    said = [event for event in events if isinstance(event, MessageDelta)]
    assert "".join(event.text for event in said) == "".join(WORDS)
    assert sum(event.n for event in said) == len(WORDS)
    assert len(said) < len(WORDS) / 2
    times = [at for event in said for at in (event.first_at, event.last_at)]
    assert times == sorted(times)
    assert laws.check(events).ok


async def test_two_models_in_one_task_keep_their_arrivals_apart() -> None:
    async with ScriptedProvider([turn("one two three"), turn("four five six")], pace="max") as provider:
        first, second = below(provider.base_url), plain(provider.base_url)

        async def call(state: MessagesState) -> dict[str, Any]:
            return {"messages": [await first.ainvoke("a"), await second.ainvoke("b")]}

        graph = StateGraph(MessagesState).add_node("call", call).add_edge(START, "call").compile()
        events = [event async for event in watch(graph, {"messages": [("user", "hi")]})]
    assert laws.check(events).ok
    assert sum(event.n for event in events if isinstance(event, MessageDelta)) == 6


async def test_it_is_the_users_own_model() -> None:
    class Own(ChatOpenAI):
        extra_field: str = ""

    async with ScriptedProvider([turn("hello"), turn("hello"), turn("hello")]) as provider:
        given = Own(model="m", api_key=KEY, base_url=provider.base_url, temperature=0.5, extra_field="kept")
        model = fast(given, coalesce=True)
        assert isinstance(model, Own)
        assert type(model).__name__ == "Own"
        assert (model.temperature, model.extra_field) == (0.5, "kept")
        assert model.lc_id() == given.lc_id()
        assert type(given) is Own  # what was given is as it was
        assert (await given.ainvoke("hi")).text == "hello"
        assert (await model.bind(stop=["x"]).ainvoke("hi")).text == "hello"
        assert (await model.with_fallbacks([given]).ainvoke("hi")).text == "hello"
    assert [json.loads(request.body)["temperature"] for request in provider.requests[:2]] == [0.5, 0.5]


async def test_structured_output_is_the_same() -> None:
    class Answer(BaseModel):
        city: str

    async with ScriptedProvider([turn('{"city": "Bern"}')] * 2, pace="max") as provider:
        for model in (quick(provider.base_url), below(provider.base_url)):
            assert await model.with_structured_output(Answer, method="json_schema").ainvoke("hi") == Answer(city="Bern")


@pytest.mark.parametrize("make", [quick, below])
async def test_log_probabilities_are_joined_and_stay_in_order(make: Callable[..., ChatOpenAI]) -> None:
    def chunk(number: int) -> str:
        word = f"w{number} "
        said: Any = {"content": [{"token": word, "logprob": -number / 10, "bytes": None, "top_logprobs": []}]}
        choice: Any = {"index": 0, "delta": {"content": word}, "logprobs": said, "finish_reason": None}
        return f"data: {json.dumps({'id': 'c', 'choices': [choice]})}\n\n"

    end: Any = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    steps = [{"raw": "".join(map(chunk, range(100)))}, {"raw": f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n"}]
    async with ScriptedProvider([{"steps": steps}] * 2, pace="max") as provider:
        many, whole = await heard(plain(provider.base_url).astream("hi"))
        few, joined = await heard(make(provider.base_url).astream("hi"))
    assert joined == whole
    assert len(joined["response_metadata"]["logprobs"]["content"]) == 100
    assert few < 20 < many


async def test_azure_asks_at_its_own_address() -> None:
    asked: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        chunk = {"id": "c", "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]}
        lines = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n"
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=lines)

    model = AzureChatOpenAI(
        azure_endpoint="https://mine.example.com",
        azure_deployment="dep",
        api_version="2025-01-01",
        api_key=KEY,
        http_async_client=httpx.AsyncClient(transport=httpx.MockTransport(answer)),
    )
    _, message = await heard(fast(model, coalesce=True).astream("hi"))
    assert message["content"] == "hi"
    assert asked == ["https://mine.example.com/openai/deployments/dep/chat/completions?api-version=2025-01-01"]


async def test_a_client_that_the_model_was_given_stays_in_use() -> None:
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    async with ScriptedProvider([TURN], pace="max") as provider:
        own = httpx.AsyncClient(event_hooks={"request": [note]})
        model = quick(provider.base_url, http_async_client=own)
        few, message = await heard(model.astream("hi"))
        await own.aclose()
    assert asked == ["/v1/chat/completions"]
    assert message["content"] == "".join(WORDS)
    assert few < len(WORDS)


async def test_a_client_of_the_sdk_that_the_model_was_given_keeps_its_own() -> None:
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    async with ScriptedProvider([TURN], pace="max") as provider:
        own: Any = httpx.AsyncClient(event_hooks={"request": [note]})
        sdk = openai.AsyncOpenAI(base_url=provider.base_url, api_key="k", http_client=own)
        given: Any = {"root_async_client": sdk, "async_client": sdk.chat.completions}
        few, message = await heard(quick(provider.base_url, **given).astream("hi"))
        await own.aclose()
    assert asked == ["/v1/chat/completions"]
    assert message["content"] == "".join(WORDS)
    assert few < len(WORDS)


async def test_off_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedProvider([TURN] * 2, pace="max") as provider:
        model = plain(provider.base_url)
        assert fast(model, coalesce=False) is model
        off = plain(provider.base_url, http_async_client=http_client(coalesce=False))
        many, _ = await heard(off.astream("hi"))
        assert many > len(WORDS)


def test_another_model_is_told_what_to_do_instead() -> None:
    with pytest.raises(TypeError, match=r"not FakeListChatModel.*http_client"):
        fast(FakeListChatModel(responses=["x"]))  # type: ignore[type-var]  # what is tried


async def test_a_failed_stream_fails_as_it_did() -> None:
    chunk = json.dumps({"choices": [{"index": 0, "delta": {"content": "hi"}}]})
    raw = f'data: {chunk}\n\ndata: {{"error": {{"message": "overloaded", "code": "x"}}}}\n\n'

    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=raw)

    def client() -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(answer))

    _, whole = await heard(plain("http://x.example/v1", http_async_client=client()).astream("hi"))
    _, joined = await heard(quick("http://x.example/v1", http_async_client=client()).astream("hi"))
    assert "overloaded" in whole
    assert joined == whole


@pytest.mark.skipif("stream_chunk_timeout" not in ChatOpenAI.model_fields, reason="this version has no such limit")
@pytest.mark.parametrize("make", [plain, quick])
async def test_a_stream_that_says_nothing_but_comments_is_given_up(make: Callable[..., ChatOpenAI]) -> None:
    chunk = json.dumps({"choices": [{"index": 0, "delta": {"content": "a "}, "finish_reason": None}]})

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.5)  # to begin may take longer than to go on
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        with suppress(OSError):
            for data in (f"data: {chunk}\n\n", *[": still there\n\n"] * 100):
                writer.write(data.encode())
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    model, heard = make(url, stream_chunk_timeout=0.4), list[str]()

    async def hear() -> None:
        async for each in model.astream("x"):
            heard.append(str(each.content))

    with pytest.raises(TimeoutError, match=r"0\.4s \(model=m, chunks_received=1\)") as raised:
        await hear()
    assert heard == ["a "]
    assert type(raised.value).__name__ == "StreamChunkTimeoutError"
    assert model.stream_chunk_timeout == 0.4
    server.close()


async def test_the_bare_client_reads_joined_events() -> None:
    async with ScriptedProvider([TURN] * 2, pace="max") as provider:
        counts: list[int] = []
        texts: list[str] = []
        made: Any
        for made in (None, http_client(coalesce=True)):
            sdk = openai.AsyncOpenAI(base_url=provider.base_url, api_key=KEY, http_client=made)
            stream = await sdk.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "hi"}], stream=True
            )
            chunks = [chunk async for chunk in stream]
            counts.append(len(chunks))
            texts.append("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices))
            await sdk.close()
    assert texts[0] == texts[1] == "".join(WORDS)
    assert counts[1] < counts[0] / 3


def test_one_model_may_be_used_in_many_event_loops() -> None:
    async def once(model: ChatOpenAI) -> str:
        return (await model.ainvoke("hi")).text

    async def served(asking: Callable[[str], list[str]]) -> list[str]:
        async with ScriptedProvider([turn("hello")] * 3) as provider:
            return await asyncio.to_thread(asking, provider.base_url)

    def asking(url: str) -> list[str]:
        model = quick(url)
        return [asyncio.run(once(model)) for _ in range(3)]

    assert asyncio.run(served(asking)) == ["hello"] * 3


def test_both_read_a_chunk_with_missing_keys_as_the_sdk_types_it() -> None:
    said: Any = {"content": [{"token": "a", "logprob": -1.0}]}
    chunk: Any = {"id": "c", "choices": [{"index": 0, "delta": {"reasoning": "a"}, "logprobs": said}]}

    def answer(request: httpx.Request) -> httpx.Response:
        raw = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n"
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=raw)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    model = plain("http://x.example/v1", http_client=client)
    assert summed(fast(model, coalesce=True)) == summed(model)


def test_a_model_over_somebody_elses_sdk_client_is_told_what_is_missing() -> None:
    theirs = openai.AsyncOpenAI(api_key=KEY).chat.completions
    model = ChatOpenAI(model="m", api_key=KEY, async_client=theirs, client=openai.OpenAI(api_key=KEY).chat.completions)
    with pytest.raises(TypeError, match="root_async_client"):
        fast(model, coalesce=True)
