"""A model that plays a script: exact chunks, tool calls, reasoning, usage, pauses and faults.

A public test double. LangChain's `GenericFakeChatModel` loses tool calls when it streams; this one gives the same
message whether it is streamed or not, and keeps what it was asked in `calls`.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, cast
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, Field, PrivateAttr

from mainstem.models.errors import ScriptedError, ScriptError
from mainstem.models.openai.tool_calls import DOUBTFUL, is_object
from mainstem.models.retrieved import parsed
from mainstem.models.scripted import script
from mainstem.models.scripted.script import Turn
from mainstem.models.scripted.turn_queue import TurnQueue
from mainstem.models.stemming import word_pieces
from mainstem.models.streamed import StreamedChatModel

PROVIDER = "mainstem"
_ARGUMENT_PIECE = 16


class ScriptedModel(StreamedChatModel):
    """Plays `turns`, one a call: the first not yet played whose `when` matches the last human text (or has none).

    Turns may be given as `Turn`s, as lists of steps, or as plain strings. The count belongs to the instance and is
    safe across threads; `restart()` starts over, and with `repeat` that happens by itself. `calls` holds the messages
    of each call, `tools` the tools last bound. A call that finds no turn raises `ScriptError`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    turns: list[Turn]
    repeat: bool = False
    model_name: str = "scripted"
    calls: list[list[BaseMessage]] = Field(default_factory=list[list[BaseMessage]], exclude=True)
    tools: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]], exclude=True)

    _turns_left: TurnQueue[Turn] = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Pydantic's hook: lays out the turns."""
        super().model_post_init(context)
        self._turns_left = TurnQueue(self.turns, repeat=self.repeat, name=self.model_name)

    @property
    def _llm_type(self) -> str:
        return "mainstem-scripted"

    def restart(self) -> None:
        """Forget what was played: the next call plays the first turn again. `calls` is kept."""
        self._turns_left.restart()

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Record the tools in `tools` and return a binding; the script, not the tools, says what is called."""
        self.tools = [convert_to_openai_tool(tool) for tool in tools]
        return super().bind_tools(self.tools, tool_choice=tool_choice, **kwargs)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for item in play(self._next(messages), self.model_name):
            if isinstance(item, AIMessageChunk):
                yield ChatGenerationChunk(message=item)
            else:
                time.sleep(item)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for item in play(self._next(messages), self.model_name):
            if isinstance(item, AIMessageChunk):
                yield ChatGenerationChunk(message=item)
            else:
                await asyncio.sleep(item)

    def _next(self, messages: list[BaseMessage]) -> Turn:
        self.calls.append(list(messages))
        said = (str(message.text) for message in reversed(messages) if isinstance(message, HumanMessage))
        return self._turns_left.next(parsed(next(said, "")).question)


def play(turn: Turn, model_name: str) -> Iterator[AIMessageChunk | float]:
    """The chunks of a turn in order, and between them the pauses, as seconds. Raises `ScriptedError` at a fault."""
    player = _Player(model_name)
    for step in turn.steps:
        match step:
            case script.Fault():
                raise ScriptedError(step.error, retryable=step.retryable, retry_after=step.retry_after)
            case script.EarlyEnd():
                # a stream with no chunk at all would be LangChain's error, not the script's early end
                yield from [] if player.spoke else [player.chunk()]
                return
            case script.Finish():
                yield player.last(step.finish)
                return
            case _:
                yield from player.take(step)
    yield player.last("tool_calls" if player.calls else "stop")


class _Player:
    """What one turn has said so far."""

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name
        self.calls = 0
        self.spoke = False
        self.id: str | None = None
        self.usage: UsageMetadata | None = None
        self.fragments: dict[int | None, tuple[str, str]] = {}

    def chunk(self, content: str = "", **parts: Any) -> AIMessageChunk:
        self.spoke = True
        return AIMessageChunk(content=content, id=self.id, **parts)

    def last(self, finish_reason: str) -> AIMessageChunk:
        about = {"finish_reason": finish_reason, "model_name": self.model_name, "model_provider": PROVIDER}
        said = [(identity, args) for identity, args in self.fragments.values() if identity and args.strip()]
        doubtful = {identity: args for identity, args in said if not is_object(args)}
        extra = {DOUBTFUL: doubtful} if doubtful else {}
        return self.chunk(
            response_metadata=about, usage_metadata=self.usage, additional_kwargs=extra, chunk_position="last"
        )

    def fragment(self, piece: script.Fragment) -> None:
        """Keep the raw arguments, to say at the end which are no JSON: LangChain mends them by guessing."""
        identity, args = self.fragments.get(piece.index, ("", ""))
        self.fragments[piece.index] = (piece.id or identity, args + (piece.args or ""))

    def take(self, step: script.Step) -> Iterator[AIMessageChunk | float]:
        match step:
            case script.Text():
                yield self.chunk(step.text)
            case script.WordByWord():
                yield from self.words(step)
            case script.Reasoning():
                yield self.chunk(additional_kwargs={"reasoning_content": step.reasoning})
            case script.ToolCall():
                yield from self.tool_call(step.tool_call)
            case script.ToolChunk():
                self.calls += 1
                self.fragment(step.tool_chunk)
                yield self.chunk(tool_call_chunks=[tool_call_chunk(**step.tool_chunk.model_dump())])
            case script.Sleep():
                yield step.sleep
            case script.Usage():
                self.usage = cast("UsageMetadata", step.usage)
            case script.Identity():
                self.id = step.id
            case _:
                raise ScriptError(
                    f"{self.model_name} cannot play {step!r}. Use a step of mainstem.models.scripted.script."
                )

    def words(self, step: script.WordByWord) -> Iterator[AIMessageChunk | float]:
        for piece in word_pieces(step.words):
            if step.delay:
                yield step.delay
            yield self.chunk(piece)

    def tool_call(self, call: script.ScriptedCall) -> Iterator[AIMessageChunk]:
        index, self.calls = self.calls, self.calls + 1
        identity = call.id or f"call_{uuid4().hex[:24]}"
        args = json.dumps(call.args, ensure_ascii=False)
        yield self.chunk(tool_call_chunks=[tool_call_chunk(name=call.name, args="", id=identity, index=index)])
        for start in range(0, len(args), _ARGUMENT_PIECE):
            piece = args[start : start + _ARGUMENT_PIECE]
            yield self.chunk(tool_call_chunks=[tool_call_chunk(args=piece, index=index)])
