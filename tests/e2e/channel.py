"""A stranger's program over the channel alone: run where only `mainstem` is installed, it says what it saw as JSON."""

import asyncio
import json
import sys

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import Session, laws, watch
from mainstem.models import openai, scripted
from mainstem.models.coalesce import http_client

ROOMS = (openai, scripted, http_client)  # models come with the channel


async def say(state: MessagesState):
    return {"messages": [AIMessage(f"Words on {state['messages'][-1].text}")]}


graph = StateGraph(MessagesState).add_node(say).add_edge(START, "say").compile()


async def main():
    seen = [event async for event in watch(graph, {"messages": [("user", "rivers")]})]
    report = laws.check(seen)
    assert report.ok, report
    async with Session(graph=graph) as session:
        answer = (await session.ask("lakes").result()).text
    watched = "".join(event.text for event in seen if event.type == "message.delta")
    print(json.dumps({"watched": watched, "answered": answer, "modules": sorted(sys.modules)}))


if __name__ == "__main__":
    asyncio.run(main())
