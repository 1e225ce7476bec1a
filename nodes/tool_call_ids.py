"""An id of its own for each tool call: providers repeat them in an answer, number them anew each turn, or send none.

The ids are changed where the chunks enter, before any reader sees them: the stream and the thread show the same.
"""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID, uuid4

from langchain_core.callbacks import BaseCallbackHandler, BaseCallbackManager
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, LLMResult
from langchain_core.runnables import RunnableConfig

from mainstem.models.openai.tool_calls import DOUBTFUL


class UniqueToolCallIds(BaseCallbackHandler):
    """Gives each call of one model run whose id is empty or used a fresh one."""

    run_inline = True

    def __init__(self, messages: Iterable[AnyMessage]) -> None:
        self._used = {call["id"] for message in messages if isinstance(message, AIMessage) for call in _calls(message)}
        self._at: dict[Any, tuple[str, str]] = {}
        self._given: dict[str, list[str]] = {}

    def on_chat_model_start(self, *args: Any, **told: Any) -> None:
        """Nothing: without it LangChain would write the whole prompt out as text, for `on_llm_start`."""

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **told: Any) -> None:
        """Change the ids in a chunk."""
        message = chunk.message if isinstance(chunk, ChatGenerationChunk) else None
        for fragment in message.tool_call_chunks if isinstance(message, AIMessageChunk) else ():
            fragment["id"] = self._of(fragment.get("index"), fragment.get("id") or "", fragment.get("name") or "")

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **told: Any) -> None:
        """Change the ids in a message that came whole."""
        generations = response.generations[0] if response.generations else ()
        for generation in generations:
            if isinstance(generation, ChatGeneration) and isinstance(generation.message, AIMessage):
                self._settle(generation.message)

    def _of(self, index: Any, given: str, name: str) -> str | None:
        known = self._at.get(index)
        if known is not None and not given:
            return None
        if known is not None and known[0] in ("", given) and not (name and known[0] != given):
            # the same call goes on; an id that comes late finds that the call has one
            return known[1] if known[0] else None
        if not (given or name):
            return None
        mine = [call_id for _, call_id in self._at.values()] + [i for ids in self._given.values() for i in ids]
        chosen = given if given and given not in self._used and given not in mine else _fresh()
        self._at[index] = given, chosen
        self._given.setdefault(given, []).append(chosen)
        return chosen

    def _settle(self, message: AIMessage) -> None:
        seen: set[Any] = set()
        for call in _calls(message):
            given = str(call["id"] or "")
            if not given or given in self._used or given in seen:
                call["id"] = _fresh()
                self._given.setdefault(given, []).append(call["id"])
            seen.add(call["id"])
        if doubtful := cast("dict[str, str]", message.additional_kwargs.get(DOUBTFUL)):
            # by the provider's id: whichever calls had it are doubtful
            named = {call_id: args for given, args in doubtful.items() for call_id in self._given.get(given, [given])}
            message.additional_kwargs[DOUBTFUL] = named


def first_in(config: RunnableConfig, *handlers: BaseCallbackHandler) -> RunnableConfig:
    """`config`, with these handlers before those that tell of the chunks."""
    manager = config.get("callbacks")
    if isinstance(manager, BaseCallbackManager):
        manager.handlers[:0] = handlers
        manager.inheritable_handlers[:0] = handlers
        return config
    return {**config, "callbacks": [*handlers, *(manager or [])]}


def _calls(message: AIMessage) -> list[Any]:
    return [*message.tool_calls, *message.invalid_tool_calls]


def _fresh() -> str:
    return f"call_{uuid4().hex[:24]}"
