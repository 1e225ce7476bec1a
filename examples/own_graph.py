"""Watch a graph of your own: its steps with their times, its progress, and its words."""

import asyncio

from langgraph.graph import START, MessagesState, StateGraph

from mainstem import events, stream_writer, watch
from mainstem.testing import ScriptedModel

model = ScriptedModel(turns=["It left the depot on Monday."])  # any LangChain chat model


async def look_up(state: MessagesState) -> dict[str, object]:
    writer = stream_writer()
    for depot in range(1, 4):
        writer.progress("depots", done=depot, total=3)
    return {}


async def reply(state: MessagesState) -> dict[str, object]:
    return {"messages": [await model.ainvoke(state["messages"])]}


graph = StateGraph(MessagesState).add_sequence([look_up, reply]).add_edge(START, "look_up").compile()


async def main() -> None:
    async for event in watch(graph, {"messages": [("user", "Where is my parcel?")]}, answer_nodes={"reply"}):
        match event:
            case events.Progress():
                print(f"{event.label}: {event.done:g} of {event.total:g}")
            case events.NodeFinished():
                print(f"{event.node} took {event.seconds or 0:.3f} s")
            case events.MessageDelta():
                print(event.text, end="", flush=True)
            case events.MessageFinished():
                print()


asyncio.run(main())
