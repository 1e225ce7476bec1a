"""A model that is used in one event loop after the other, at the same address: connections stay with their loop."""

import asyncio

import pytest
from langchain_openai import ChatOpenAI

from mainstem import fast, http_client
from mainstem.testing import ScriptedProvider, closed_port

MODELS = {
    "fast": lambda url: fast(ChatOpenAI(model="scripted", base_url=url)),
    "http_client": lambda url: ChatOpenAI(model="scripted", base_url=url, http_async_client=http_client()),
}


@pytest.fixture(autouse=True)
def _a_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "scripted")


async def answered(model, port):
    async with ScriptedProvider([{"steps": [{"text": "Yes."}]}], port=port):
        return (await model.ainvoke("Is it so?")).text


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("kept", [False, True], ids=["a model each", "one model"])
def test_each_event_loop_opens_connections_of_its_own(kind, kept):
    port = closed_port()
    url = f"http://127.0.0.1:{port}/v1"
    models = [MODELS[kind](url)] * 3 if kept else [MODELS[kind](url) for _ in range(3)]
    assert [asyncio.run(answered(model, port)) for model in models] == ["Yes."] * 3


@pytest.mark.parametrize("test", [1, 2])
def test_no_test_gets_a_client_of_the_last_ones_loop(test):
    from langchain_openai.chat_models._client_utils import _cached_async_httpx_client

    assert _cached_async_httpx_client.cache_info().currsize == 0
    ChatOpenAI(model="scripted", base_url="http://127.0.0.1:9/v1")
    assert _cached_async_httpx_client.cache_info().currsize == 1
