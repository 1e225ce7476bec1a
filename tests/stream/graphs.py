"""Tiny sources for the tests of the stream: no model, no network."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.graph import START, MessagesState, StateGraph

from mainstem.stream.sources import source_of


class Words(BaseChatModel):
    """A model that says given words, one a chunk."""

    words: list[str]
    delay: float | None = None
    finish: str | None = "stop"

    def __init__(self, words: list[str], **kwargs: Any) -> None:
        super().__init__(words=words, **kwargs)

    @property
    def _llm_type(self) -> str:
        return "words"

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("".join(self.words)))])

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        for word in self.words:
            if self.delay is not None:
                await asyncio.sleep(self.delay)
            yield ChatGenerationChunk(message=AIMessageChunk(word))
        if self.finish:
            yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata={"finish_reason": self.finish}))


def graph_of(model: BaseChatModel, checkpointer: Any = None) -> Any:
    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"] or [("human", "?")])]}

    return StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak").compile(checkpointer)


def source(model: BaseChatModel) -> Any:
    return source_of(graph_of(model))
