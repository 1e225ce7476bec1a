"""What only LangChain's callbacks tell: when a model was called, that it raised, and what unseen calls used."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import ChatGeneration, LLMResult
from langgraph.constants import TAG_NOSTREAM

from .translate import RunState


class ModelCalls(BaseCallbackHandler):
    """Notes the model runs of one graph run in its `RunState`. It emits nothing by itself."""

    run_inline = True

    def __init__(self, state: RunState, clock: Callable[[], float]) -> None:
        self._state = state
        self._clock = clock
        self._hidden: dict[UUID, str | None] = {}

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
        """Note when the model was called, and whether its words are kept from the stream."""
        self._state.asked_at[_message_id(run_id)] = self._clock()
        if tags and TAG_NOSTREAM in tags:
            self._hidden[run_id] = (metadata or {}).get("ls_model_name")

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Note that what this run streamed is no whole message."""
        self._hidden.pop(run_id, None)
        self._state.failed.add(_message_id(run_id))

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """Note the usage of a run whose words are kept from the stream."""
        if run_id not in self._hidden:
            return
        model = self._hidden.pop(run_id)
        for generation in response.generations[0] if response.generations else ():
            usage = (
                getattr(generation.message, "usage_metadata", None) if isinstance(generation, ChatGeneration) else None
            )
            if usage:
                self._state.hidden_usage.append((model, usage))


def _message_id(run_id: UUID) -> str:
    """The id that LangChain gives the message of a model run when the provider names none."""
    return f"lc_run--{run_id}"
