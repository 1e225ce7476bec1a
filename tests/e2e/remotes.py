"""Runs of a graph that a LangGraph server serves."""

import httpx
from langgraph.pregel.remote import RemoteGraph
from langgraph_sdk import get_client

from mainstem import events as e
from mainstem import watch

QUESTION = "How do I resume a dropped stream?"


def ask(question=QUESTION):
    return {"messages": [{"role": "user", "content": question}]}


async def new_thread(url):
    return (await get_client(url=url).threads.create())["thread_id"]


async def remote(server, given, name="agent", **more):
    """A run of a served graph, in a new thread."""
    graph = RemoteGraph(name, url=server.url)
    config = {"configurable": {"thread_id": await new_thread(server.url)}}
    return graph, watch(graph, given, config=config, **more)


def steps(seen):
    return [event.node for event in seen.of(e.NodeStarted)]


class Mounted:
    """The page's routes, mounted beside a server's own, or at `prefix`."""

    def __init__(self, server, prefix="/mainstem"):
        self.url = f"{server.url}{prefix}"
        self._client = httpx.AsyncClient(timeout=60)

    async def get(self, path, **more):
        return await self._client.get(f"{self.url}{path}", **more)

    async def post(self, path, body=None):
        answer = await self._client.post(f"{self.url}{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def events(self, run_id):
        """The events of a run, as they come."""
        async with self._client.stream("GET", f"{self.url}/runs/{run_id}/events") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    yield e.decode(line.removeprefix("data: "))
