"""Runs of a graph that a LangGraph server serves."""

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
