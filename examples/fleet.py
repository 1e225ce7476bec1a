"""Many streams at once in one process, and how soon each of them had its first word."""

import asyncio
import statistics

from langgraph.graph import START, MessagesState, StateGraph

from mainstem import events, watch
from mainstem.testing import ScriptedModel

STREAMS = 50
model = ScriptedModel(turns=[[{"words": "It left the depot on Monday.", "delay": 0.02}]], repeat=True)


async def reply(state: MessagesState) -> dict[str, object]:
    return {"messages": [await model.ainvoke(state["messages"])]}


graph = StateGraph(MessagesState).add_node("reply", reply).add_edge(START, "reply").compile()


async def one(number: int) -> tuple[str, float]:
    """The status of one run, and its time to the first token in seconds."""
    run = watch(graph, {"messages": [("user", f"Where is parcel {number}?")]})
    first = [event.ttft async for event in run if isinstance(event, events.MessageFinished)]
    return (await run.result()).status, first[0] or 0.0


async def main() -> None:
    ended = await asyncio.gather(*(one(number) for number in range(STREAMS)))
    print(f"{sum(status == 'done' for status, _ in ended)} of {STREAMS} done")
    print(f"first token after {statistics.median(first for _, first in ended):.3f} s (median)")


asyncio.run(main())
