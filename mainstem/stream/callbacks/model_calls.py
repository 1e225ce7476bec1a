"""What only LangChain's callbacks tell: when a model was called, that it raised, what was tried again, unseen usage."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler, BaseCallbackManager
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, LLMResult
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.constants import TAG_NOSTREAM

from ..arrivals import announcer, stamp_announced
from ..hidden_call import HiddenCall
from ..prices import load_soon
from ..translate import RunState
from ..translate.message_fields import node_of, task_of, tasks_of
from ..translate.tool_calls import CallSite
from .spoken_words import SpokenWords

_STEP = "graph:step:"  # LangGraph's tag for the runs that are a node's own


class ModelCalls(BaseCallbackHandler):
    """Notes the model runs of one graph run in its `RunState`. It emits nothing by itself."""

    run_inline = True

    def __init__(
        self,
        state: RunState,
        clock: Callable[[], float],
        words: SpokenWords | None = None,
        tell_hidden: Callable[[HiddenCall], None] | None = None,
    ) -> None:
        """`tell_hidden`: told of each call whose words are kept from the stream, once it is over."""
        self._state = state
        self._clock = clock
        self._words = words
        self._tell_hidden = tell_hidden
        self._hidden: dict[UUID, HiddenCall] = {}
        self._within: dict[UUID, tuple[str, ...]] = {}
        self._spoken: dict[str, set[str]] = {}

    def on_chain_start(
        self,
        serialized: dict[str, Any],
        inputs: Any,
        *,
        run_id: UUID,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Note when a node begins again: its `RetryPolicy` gave it another attempt."""
        if any(tag.startswith(_STEP) for tag in tags or ()):
            for task in tasks_of(metadata or {})[-1:]:
                self._state.replaced |= self._spoken.get(task, set())
                self._spoken[task] = set()

    def on_tool_start(
        self,
        serialized: dict[str, Any] | None,
        input_str: str,
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Note where a tool is called, and whether it was told which call this is: LangGraph's part says neither."""
        known, call_id = metadata or {}, kwargs.get("tool_call_id")
        made = CallSite(node_of(known), task_of(known), by_hand=not call_id)
        self._state.calls.made[str(call_id or run_id)] = made

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[Any]],
        *,
        run_id: UUID,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Note when the model was called, where, and whether its words are kept from the stream."""
        known = metadata or {}
        if self._words is not None:
            self._words.attach(_handlers_behind(self))
        self._state.asked_at[_message_id(run_id)] = self._clock()
        self._within[run_id] = tasks_of(known)
        load_soon(known.get("ls_provider"))
        if tags and TAG_NOSTREAM in tags:
            model, provider, tasks = known.get("ls_model_name"), known.get("ls_provider"), tasks_of(known)
            self._hidden[run_id] = HiddenCall(str(run_id), model, provider, node_of(known), tasks, self._clock())

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **kwargs: Any) -> None:
        """Note when the chunk's deltas arrived, and the id that the provider gives the message, where it gives one."""
        if not isinstance(chunk, ChatGenerationChunk):
            return
        told = announcer.get()
        if told is not None and told.last is not None:
            stamp_announced(chunk.message, told)
        identity = chunk.message.id
        if identity and identity not in self._state.asked_at:
            run = _message_id(run_id)
            self._state.named[run] = identity
            self._state.asked_at[identity] = self._state.asked_at.get(run, self._clock())

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Note that what this run streamed is no whole message."""
        hidden = self._hidden.pop(run_id, None)
        if hidden is not None and self._tell_hidden is not None:
            self._tell_hidden(hidden._replace(ended=self._clock(), error=type(error).__name__))
        self._state.failed |= self._said(run_id, kwargs.get("response"))

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """Note the usage of a run whose words are kept from the stream."""
        ids, asked_at = self._said(run_id, response), self._state.asked_at
        for message_id in ids - asked_at.keys():
            asked_at[message_id] = asked_at.get(_message_id(run_id), self._clock())
        for generation in response.generations[0] if response.generations else ():
            self._state.calls.learn(getattr(generation, "message", None))
        if run_id not in self._hidden:
            return
        hidden = self._hidden.pop(run_id)
        for generation in response.generations[0] if response.generations else ():
            usage = (
                getattr(generation.message, "usage_metadata", None) if isinstance(generation, ChatGeneration) else None
            )
            if usage:
                hidden = hidden._replace(usage=usage)
                self._state.hidden_usage.append((hidden.model, hidden.provider, usage))
        if self._tell_hidden is not None:
            self._tell_hidden(hidden._replace(ended=self._clock()))

    def _said(self, run_id: UUID, response: LLMResult | None) -> set[str]:
        """The ids that this run's message bears, noted for the nodes around it."""
        generations = response.generations[0] if response and response.generations else ()
        ids = {g.message.id for g in generations if isinstance(g, ChatGeneration) and g.message.id}
        ids.add(_message_id(run_id))
        for task in self._within.pop(run_id, ()):
            self._spoken.setdefault(task, set()).update(ids)
        return ids


def _handlers_behind(handler: BaseCallbackHandler) -> list[BaseCallbackHandler]:
    """The handlers that the node around was given after `handler`: LangGraph adds its own to those of the config."""
    manager = (var_child_runnable_config.get() or {}).get("callbacks")
    handlers = manager.handlers if isinstance(manager, BaseCallbackManager) else []
    return handlers[handlers.index(handler) + 1 :] if handler in handlers else []


def _message_id(run_id: UUID) -> str:
    """The id that LangChain gives the message of a model run when the provider names none."""
    return f"lc_run--{run_id}"
