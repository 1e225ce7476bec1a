"""One answer of an OpenAI-compatible provider, chunk by chunk, as LangChain's message chunks that merge truthfully."""

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessageChunk, UsageMetadata

from mainstem.models.coalesce import TEXT
from mainstem.models.openai import reasoning
from mainstem.models.openai.json_values import items, mapping, mappings
from mainstem.models.openai.tool_calls import DOUBTFUL, ToolCallSorter
from mainstem.models.openai.usage import usage_of

OTHER_CHOICES = "other_choices"
"""Key in `additional_kwargs`: the answers not shown when `n > 1`: `{index, content, tool_calls, finish_reason}`."""

_ABOUT = ("system_fingerprint", "service_tier")


class ChunkAssembler:
    """Takes the raw chunks of one stream, in order; `last()` is what remains to be said when the stream has ended.

    What providers repeat (usage, finish reason, model name) is held back and said once, in the last chunk: LangChain
    adds numbers and joins strings. A finish reason that never came is not made up.
    """

    def __init__(self, model_name: str = "") -> None:
        self.heard = 0
        self.finished = False
        """Whether each answer's finish reason came."""
        self.usage: UsageMetadata | None = None
        self._about: dict[str, Any] = {"model_provider": "openai", "model_name": model_name}
        self._answers: dict[int, _Answer] = {0: _Answer()}

    def add(self, chunk: Mapping[str, Any]) -> AIMessageChunk | None:
        """The message chunk for a raw chunk, `None` when it adds nothing to show."""
        self.heard += 1
        if chunk.get("usage") or chunk.get("x_groq"):
            self.usage = usage_of(chunk) or self.usage
        for key in _ABOUT:
            if chunk.get(key):
                self._about[key] = chunk[key]
        self._about["model_name"] = chunk.get("model") or self._about["model_name"]
        if TEXT in chunk and not chunk["choices"][0].get("index"):
            return AIMessageChunk(content=chunk[TEXT])
        shown: AIMessageChunk | None = None
        for choice in mappings(chunk.get("choices")):
            index = choice.get("index") or 0
            message = self._answers.setdefault(index, _Answer()).add(choice)
            shown = message if index == 0 and message else shown
        self.finished = all(answer.finish_reason for answer in self._answers.values())
        return shown

    def last(self) -> AIMessageChunk:
        """The final chunk: finish reason (when one came), model, usage, and which calls are doubtful."""
        answer = self._answers[0]
        ids = answer.calls.rest()
        extra: dict[str, Any] = {DOUBTFUL: doubtful} if (doubtful := answer.calls.doubtful()) else {}
        if others := [other.whole(index) for index, other in sorted(self._answers.items()) if index]:
            extra[OTHER_CHOICES] = others
        if answer.finish_reason:
            self._about["finish_reason"] = answer.finish_reason
        if answer.logprobs:
            self._about["logprobs"] = {"content": answer.logprobs}
        return AIMessageChunk(
            content="",
            additional_kwargs=extra,
            tool_call_chunks=ids,
            response_metadata=self._about,
            usage_metadata=self.usage,
            chunk_position="last",
        )


class _Answer:
    """What one choice has said so far."""

    def __init__(self) -> None:
        self.calls = ToolCallSorter()
        self.finish_reason: str | None = None
        self.logprobs: list[Any] = []
        self._said: list[AIMessageChunk] = []

    def add(self, choice: Mapping[str, Any]) -> AIMessageChunk | None:
        self.finish_reason = choice.get("finish_reason") or self.finish_reason
        told = [*self.logprobs, *items(mapping(choice.get("logprobs")).get("content"))]
        delta = mapping(choice.get("delta") or choice.get("message"))
        said = reasoning.split_reasoning(delta)
        # a few servers answer a chat with legacy completions
        text = said.text or (str(choice["text"]) if choice.get("text") else "") or str(delta.get("refusal") or "")
        calls = self.calls.add(delta.get("tool_calls"))
        extra = _extra(delta, said.reasoning)
        self.logprobs = [] if text or calls or extra else told
        if not (text or calls or extra):
            return None
        chunk = AIMessageChunk(content=text, tool_call_chunks=calls, additional_kwargs=extra)
        if told:  # with their words, so that who judges these need not wait for the end
            chunk.response_metadata = {"logprobs": {"content": told}}
        if choice.get("index"):
            self._said.append(chunk)
        return chunk

    def whole(self, index: int) -> dict[str, Any]:
        """This answer in one piece, as plain data."""
        first, *others = [*self._said, AIMessageChunk(content="")]
        message = first + others
        return {
            "index": index,
            "content": message.text,
            "tool_calls": [dict(call) for call in message.tool_calls],
            "finish_reason": self.finish_reason,
        }


def _extra(delta: Mapping[str, Any], thought: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if thought:
        extra["reasoning_content"] = thought
    if delta.get("refusal"):
        extra["refusal"] = delta["refusal"]
    if call := mapping(delta.get("function_call")):
        extra["function_call"] = {key: value or "" for key, value in call.items()}
    return extra
