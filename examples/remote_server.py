"""Watch a graph on a LangGraph server, with the same events as a local one.

uv run langgraph dev --no-browser --port 2024     # in another terminal
python remote_server.py http://127.0.0.1:2024 agent
"""

import asyncio
import sys

from langgraph.pregel.remote import RemoteGraph

from mainstem import events, laws, watch


async def main(url: str, graph: str) -> None:
    run = watch(RemoteGraph(graph, url=url), {"messages": [{"role": "user", "content": "What is a law?"}]})
    seen = []
    async for event in run:
        seen.append(event)
        match event:
            case events.NodeStarted():
                print(event.node)
            case events.MessageDelta():
                print("  ", event.text)
    print((await run.result()).status)
    print(laws.check(seen))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
