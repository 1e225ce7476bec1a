"""`ExtractiveModel`: a chat model that calls tools like any other and needs no weights, no key and no network."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from mainstem.models.extractive.answering import ToolRequest, next_step
from mainstem.models.stemming import word_pieces
from mainstem.models.streamed import StreamedChatModel
from mainstem.text import QUOTED

LABEL = QUOTED["extractive"]


class ExtractiveModel(StreamedChatModel):
    """Answers with quotations, sums and query results; refuses in words when it finds nothing.

    It uses the tools `search_documents`, `list_tables`, `query_table`, `draw_chart`, `calculate` and `save_note` where
    they are bound. It streams word by word, reports no usage, and labels its last chunk in
    `additional_kwargs["label"]`.
    """

    model_name: str = "extractive"

    @property
    def _llm_type(self) -> str:
        return "mainstem-extractive"

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        tools: list[dict[str, Any]] = kwargs.get("tools") or []
        decision = next_step(messages, frozenset(str(tool["function"]["name"]) for tool in tools))
        chunks = _call(decision) if isinstance(decision, ToolRequest) else _answer(decision)
        for chunk in chunks:
            yield ChatGenerationChunk(message=chunk)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        # a few milliseconds of pure computing: a thread would cost more than it saves
        for chunk in self._stream(messages, stop, **kwargs):
            yield chunk


def _call(call: ToolRequest) -> Iterator[AIMessageChunk]:
    identity = f"call_{uuid4().hex[:24]}"
    yield AIMessageChunk(
        content="",
        tool_call_chunks=[tool_call_chunk(name=call.tool, args=json.dumps(call.args), id=identity, index=0)],
    )
    yield _last("tool_calls")


def _answer(text: str) -> Iterator[AIMessageChunk]:
    for piece in word_pieces(text):
        yield AIMessageChunk(content=piece)
    yield _last("stop", label=LABEL)


def _last(finish_reason: str, **more: Any) -> AIMessageChunk:
    about = {"finish_reason": finish_reason, "model_name": "extractive", "model_provider": "mainstem"}
    return AIMessageChunk(content="", response_metadata=about, additional_kwargs=more, chunk_position="last")
