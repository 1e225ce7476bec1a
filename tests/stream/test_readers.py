"""Many readers and slow ones: none holds the graph up, and none misses anything."""

import asyncio
from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import Field

from mainstem import Session, Settings, watch
from mainstem import events as e
from mainstem.models.scripted.model import ScriptedModel
from tests.watched import PATIENCE, watched

ASK = {"messages": [{"role": "user", "content": "Say a lot."}]}


class Torrent(ScriptedModel):
    """Says `count` numbers, as fast as it can."""

    count: int = 10_000
    turns: list[Any] = Field(default_factory=list)

    async def _astream(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
        for number in range(self.count):
            if number % 50 == 0:
                await asyncio.sleep(0)
            yield ChatGenerationChunk(message=AIMessageChunk(f"{number} "))
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata={"finish_reason": "stop"}))


EVERYTHING = "".join(f"{number} " for number in range(10_000))


def torrent():
    ended = asyncio.Event()

    async def speak(state: MessagesState) -> dict[str, Any]:
        try:
            return {"messages": [await Torrent().ainvoke("?")]}
        finally:
            ended.set()

    builder = StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak")
    return builder.compile(), ended


async def test_fifty_readers_and_a_slow_one_miss_nothing(tmp_path):
    graph, ended = torrent()
    async with Session(Settings(home=tmp_path / "home", log_mb=0.02), graph=graph) as session:
        run = session.start(ASK)

        async def read_lines():
            return [line async for line in run.lines()]

        async def read_slowly():
            """Stop reading near the beginning, and go on when the graph is done: it must not wait."""
            lines = []
            async for line in run.lines():
                lines.append(line)
                if len(lines) == 5:
                    await ended.wait()
            return lines

        async with asyncio.timeout(PATIENCE * 2):
            lines, *others = await asyncio.gather(read_slowly(), *(read_lines() for _ in range(50)))
            await session.journal.flush()
        assert all(other == lines for other in others)
        assert run._events.log.first > 1, "memory held everything: this test shows nothing"
        seen = await watched(run, session.source.graph)
        assert seen.result.text == EVERYTHING
        assert seen.held(3)
        assert seen.held(10)
        middle = len(lines) // 2
        assert [line async for line in run.lines(middle)] == lines[middle - 1 :]
        stored = await session.journal.read(run.run_id, 1, 10**6)
        assert [data for _, data in stored] == lines


async def test_nobody_reads_and_nothing_is_lost():
    graph, _ = torrent()
    run = watch(graph, ASK)
    async with asyncio.timeout(PATIENCE):
        result = await run.result()
    assert result.text == EVERYTHING
    seen = await watched(run)
    assert sum(event.n for event in seen.of(e.MessageDelta)) == 10_000
    assert len(seen.of(e.MessageDelta)) < 1000
