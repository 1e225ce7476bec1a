"""`assistant-stream`: its LangGraph helper inside a `create_run`."""

from typing import Any

from benchmarks.subjects.base import Note, Subject
from benchmarks.subjects.graphs import chat_openai, given, graph_of


class Assistant(Subject):
    name = "assistant-stream"
    how = "`create_run` with `append_langgraph_event` for each part of `graph.astream`, through its `DataStreamEncoder`"
    packages = ("assistant-stream", "langgraph")

    async def open(self, wire: str) -> None:
        self._graph = graph_of(chat_openai(wire))

    async def read(self, question: str, note: Note) -> None:
        from assistant_stream import append_langgraph_event, create_run
        from assistant_stream.serialization import DataStreamEncoder

        async def callback(controller: Any) -> None:
            controller.state = {"messages": []}
            stream = self._graph.astream(given(question), stream_mode=["messages", "updates"], subgraphs=True)
            async for namespace, kind, payload in stream:
                append_langgraph_event(controller.state, namespace, kind, payload)

        async for line in DataStreamEncoder().encode_stream(create_run(callback, state={})):
            note(line)
