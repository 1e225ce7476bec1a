"""`ag-ui-langgraph`: LangGraph as AG-UI events."""

from uuid import uuid4

from langgraph.checkpoint.memory import InMemorySaver

from benchmarks.subjects.base import Note, Subject
from benchmarks.subjects.graphs import chat_openai, graph_of


class AgUi(Subject):
    name = "ag-ui-langgraph"
    how = "`LangGraphAgent(…).clone().run(RunAgentInput(…))`, each event through its `EventEncoder`, as served"
    packages = ("ag-ui-langgraph", "ag-ui-protocol", "langgraph")

    async def open(self, wire: str) -> None:
        from ag_ui.encoder import EventEncoder

        from benchmarks.truth.peers.ag_ui import agent_class

        # The adapter reads the thread's state: a checkpointer is needed.
        graph = graph_of(chat_openai(wire)).copy(update={"checkpointer": InMemorySaver()})
        self._agent = agent_class()(name="agent", graph=graph)
        self._encoder = EventEncoder()

    async def read(self, question: str, note: Note) -> None:
        from ag_ui.core import RunAgentInput, UserMessage

        asked = UserMessage(id=str(uuid4()), role="user", content=question)
        thread, run = str(uuid4()), str(uuid4())
        given = RunAgentInput(
            thread_id=thread, run_id=run, messages=[asked], state={}, tools=[], context=[], forwarded_props={}
        )
        async for event in self._agent.clone().run(given):
            note(self._encoder.encode(event))
        await self._agent.graph.checkpointer.adelete_thread(thread)
