"""A budget held where models and tools are called: before a turn begins, and as each of its deltas comes."""

import asyncio
from typing import Any
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, LLMResult

from ..arrivals import KEY, Arrivals
from ..errors import UnknownPrice
from ..spending import CHARS_A_TOKEN, BudgetSpent, Spending
from ..translate.message_fields import reasoning_of, text_of


class BudgetCallbacks(AsyncCallbackHandler):
    """Counts what models and tools of one run spend.

    What does not fit ends nowhere: it waits until the run is cancelled, and whatever came before it is shown by then.
    A model that is not async has a loop of its own here, and is cancelled at once. `raises`: there is no run to be
    cancelled, so `BudgetSpent` is raised.
    """

    run_inline = True
    raise_error = True

    def __init__(self, spending: Spending, *, raises: bool = False) -> None:
        self._spending = spending
        self._raises = raises
        self._loop = asyncio.get_running_loop()
        self._models: dict[UUID, tuple[str | None, str | None]] = {}

    @property
    def handlers(self) -> list[BaseCallbackHandler]:
        """What LangChain is to call."""
        return [self, Reservations(self)]

    async def begin(self, run_id: UUID, tokens: int, known: dict[str, Any]) -> None:
        """Reserve a turn."""
        model, provider = known.get("ls_model_name"), known.get("ls_provider")
        self._models[run_id] = model, provider
        try:
            self._spending.begin(str(run_id), tokens, model, provider)
        except (BudgetSpent, UnknownPrice) as error:
            await self._end(error)

    async def on_chat_model_start(self, *given: Any, **told: Any) -> None:
        """`Reservations` hears of it."""

    async def on_llm_start(
        self,
        serialized: dict[str, Any],
        prompts: list[str],
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Reserve the turn of a model that completes text."""
        await self.begin(run_id, sum(len(prompt) // CHARS_A_TOKEN for prompt in prompts), metadata or {})

    async def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **kwargs: Any) -> None:
        """Count what a delta brings: words, reasoning, and the arguments of calls."""
        text, n = token if isinstance(token, str) else "", 1
        if isinstance(chunk, ChatGenerationChunk):
            came = (chunk.message.model_extra or {}).get(KEY)
            text, n = _written(chunk.message), came.n if isinstance(came, Arrivals) else 1
        try:
            self._spending.arrived(str(run_id), text, n)
        except BudgetSpent as error:
            await self._end(error)

    async def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """Settle the turn."""
        model, provider = self._models.pop(run_id, (None, None))
        generations = response.generations[0] if response.generations else ()
        said = next((one.message for one in generations if isinstance(one, ChatGeneration)), None)
        told = said.response_metadata if said else {}
        self._spending.end(
            str(run_id),
            getattr(said, "usage_metadata", None),
            told.get("model_name") or model,
            told.get("model_provider") or provider,
            written=len(_written(said)) if said else 0,
        )

    async def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Keep what was counted of a turn that broke off."""
        self._models.pop(run_id, None)
        self._spending.end(str(run_id))

    async def on_tool_start(self, serialized: dict[str, Any] | None, input_str: str, **kwargs: Any) -> None:
        """Count the call."""
        try:
            self._spending.tool()
        except BudgetSpent as error:
            await self._end(error)

    async def _end(self, error: BudgetSpent | UnknownPrice) -> None:
        loop = asyncio.get_running_loop()
        if self._raises or (loop is self._loop and isinstance(error, UnknownPrice)):
            raise error
        if loop is self._loop:
            await loop.create_future()
        self._spending.error = error
        raise asyncio.CancelledError from error  # of callbacks in a loop of their own, LangChain only logs errors


class Reservations(AsyncCallbackHandler):
    """Tells a `BudgetCallbacks` of turns that begin.

    It hears of them beside other handlers: of those that LangChain calls in turn, it loses all behind one that waits.
    """

    raise_error = True
    ignore_llm = ignore_chain = ignore_agent = True  # type: ignore[assignment]  # LangChain's properties are read alone
    ignore_retriever = ignore_retry = ignore_custom_event = True  # type: ignore[assignment]  # the same

    def __init__(self, budget: BudgetCallbacks) -> None:
        self._begin = budget.begin

    async def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[Any]],
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Reserve the turn."""
        await self._begin(run_id, sum(map(count_tokens_approximately, messages)), metadata or {})


def _written(message: Any) -> str:
    """What a model wrote: all of it is paid for."""
    fragments = getattr(message, "tool_call_chunks", None) or getattr(message, "tool_calls", None) or ()
    calls = "".join(f"{part.get('name') or ''}{part.get('args') or ''}" for part in fragments)
    return f"{reasoning_of(message)}{text_of(message)}{calls}"
