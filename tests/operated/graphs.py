"""Small graphs of somebody else's, over a model that plays."""

import re
from typing import Annotated, TypedDict

from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessageChunk, AnyMessage
from langchain_core.outputs import ChatGenerationChunk
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph
from langgraph.graph.message import add_messages

HI = {"messages": [{"role": "user", "content": "hi"}]}


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


class Speaker(GenericFakeChatModel):
    """Says `text` word by word, and that it is whole."""

    text: str

    async def _astream(self, messages, *args, **kwargs):
        for piece in re.findall(r"\S+|\s+", self.text):
            yield ChatGenerationChunk(message=AIMessageChunk(piece))
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata={"finish_reason": "stop"}))


def spoken(text="Hello there, friend.", keep=True):
    """A graph whose model says `text`, in pieces."""
    model = Speaker(text=text, messages=iter(()))

    async def talk(state):
        return {"messages": [await model.ainvoke(state["messages"])]}

    made = StateGraph(State).add_node("talk", talk).set_entry_point("talk")
    return made.compile(checkpointer=InMemorySaver()) if keep else made.compile()
