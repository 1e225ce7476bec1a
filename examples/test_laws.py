"""The laws in your own tests: `pytest test_laws.py`. Needs pytest-asyncio, with `asyncio_mode = "auto"`."""

import pytest
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

from mainstem import laws, watch
from mainstem.testing import FAULTS, ScriptedModel, ScriptedProvider

QUESTION = {"messages": [("user", "2 + 3?")]}


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


async def test_the_agent_uses_its_tool():
    call = {"tool_call": {"name": "add", "args": {"a": 2, "b": 3}}}
    run = watch(create_agent(ScriptedModel(turns=[[call], "It is 5."]), [add]), QUESTION)
    report = laws.check([event async for event in run])
    assert report.ok, report
    assert (await run.result()).text == "It is 5."


@pytest.mark.parametrize("fault", ["early end", "drop mid-token", "error object"])
async def test_the_stream_keeps_the_laws_when_the_provider_fails(fault):
    async with ScriptedProvider([FAULTS[fault]]) as provider:
        model = ChatOpenAI(model="any", base_url=provider.base_url, api_key="any", max_retries=0)
        run = watch(create_agent(model, [add]), QUESTION)
        report = laws.check([event async for event in run])
    assert report.ok, report
    assert (await run.result()).status != "done"
