"""The sources that are put to the test, each at the scripted provider over TCP, and the judgement of a run."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver

from mainstem import Session, Settings, watch
from mainstem import events as e
from mainstem.models import disconnect
from mainstem.testing import ScriptedProvider, WireScript, WireTurn
from mainstem.testing.script import Hang
from tests.watched import watched

SHORT = 0.8
"""Seconds after which a silent model is given up, where the script is silent."""

LONG = 30.0
"""The same, where it is not: nothing depends on how fast the machine is."""

ENDS = {"done", "truncated", "interrupted", "stopped", "halted", "failed"}
GOOD = WireTurn.model_validate([{"words": "All is well again."}, {"usage": {"input_tokens": 5, "output_tokens": 4}}])


def turn(*steps, **style):
    return WireTurn.model_validate({"steps": list(steps), "style": style or None})


def script(turns, *, repeat=False):
    """Turns in order; without `repeat`, whole answers follow them."""
    return WireScript(turns=turns if repeat else [*turns, *[GOOD] * 12], repeat=repeat)


def hangs(turns):
    return any(isinstance(step, Hang) for one in turns for step in one.steps)


def settings_at(provider, home, silence=LONG, **more):
    known = {
        "openai_base_url": provider.base_url,
        "model_first_token_timeout": silence,
        "model_token_timeout": silence,
        "max_attempts": 2,
        "max_steps": 20,
    }
    return Settings(home=home, model="openai:scripted", **known | more)


@dataclass
class Asker:
    """Something that can be asked in threads, and whose graph keeps them."""

    start: object
    graph: object
    answer_nodes: list[str] | None
    ran: list[dict] = field(default_factory=list)
    """What its tools were run with, where they tell."""

    def ask(self, thread=None, words="Go on."):
        return self.start(words, thread or uuid4().hex)

    async def judged(self, run):
        """The whole run, lawful and with a typed end."""
        known = {"answer_nodes": self.answer_nodes} if self.answer_nodes else {}
        seen = await watched(run, self.graph, **known)
        assert seen.end.status in ENDS
        assert (seen.end.error is not None) == (seen.end.status == "failed" or seen.end.reason == "steps")
        for message in seen.of(e.MessageFinished):
            assert not message.complete or message.finish_reason
        return seen


@asynccontextmanager
async def agent(provider, home, **more):
    """Our agent, in a session."""
    try:
        async with Session(settings_at(provider, home, **more)) as session:
            yield Asker(lambda words, thread: session.ask(words, thread=thread), session.source.graph, ["call_model"])
    finally:
        await disconnect()


@asynccontextmanager
async def foreign(provider, home, silence=LONG):
    """LangChain's own agent over a plain `ChatOpenAI`."""
    ran = []

    @tool
    async def search(query: str) -> str:
        """Search."""
        ran.append({"query": query})
        return "Nothing was found."

    @tool
    async def calculate(expression: str) -> str:
        """Compute."""
        ran.append({"expression": expression})
        return "42"

    # its own client: ChatOpenAI else shares one an address, and a port that comes again would find it closed
    client = httpx.AsyncClient()
    model = ChatOpenAI(
        model="scripted",
        base_url=provider.base_url,
        http_async_client=client,
        api_key="any",
        max_retries=0,
        timeout=silence * 2,
        stream_chunk_timeout=silence,
        stream_usage=True,
    )
    graph = create_agent(model, [search, calculate], checkpointer=InMemorySaver())
    try:
        yield Asker(
            lambda words, thread: watch(
                graph,
                {"messages": [{"role": "user", "content": words}]},
                config={"configurable": {"thread_id": thread}, "recursion_limit": 20},
            ),
            graph,
            None,
            ran,
        )
    finally:
        await client.aclose()


SOURCES = {"agent": agent, "foreign": foreign}


@asynccontextmanager
async def playing(source, home, *turns, repeat=False, pace="max", **more):
    """The source `source` at a provider that plays `turns`."""
    turns = [one if isinstance(one, WireTurn) else WireTurn.model_validate(one) for one in turns]
    if hangs(turns):
        more.setdefault("silence", SHORT)
    async with (
        ScriptedProvider(script(turns, repeat=repeat), pace=pace) as provider,
        SOURCES[source](provider, home, **more) as asker,
    ):
        yield asker, provider
