"""One turn of the model: attempts, fallbacks in order, and as the last resort the first model without streaming.

Each attempt is announced and shows a message of its own. What a failed one has shown is taken back as soon as another
will be made, so that two answers never mix. When none is left, the provider's error ends the run, and what the last
attempt had shown stays: a message that says it is not complete.
"""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import RunnableBinding
from langchain_core.runnables.config import ensure_config, merge_configs
from langchain_core.tools import BaseTool

from mainstem.models import ModelError, TimedOutError, aload
from mainstem.models.timeouts import Stalls, Timeouts
from mainstem.settings import Settings

from .cited_answer import CitationCheck
from .pictures import asks_of_picture, has_pictures, is_blind, without_pictures
from .prompt import Prompt
from .retry import rejects_pictures, rejects_tools, seconds_until_next, streaming_may_be_at_fault
from .storable import storable
from .tool_call_ids import UniqueToolCallIds, first_in

_TAKE_NO_TOOLS: set[tuple[str | None, str | None]] = set()
"""Models (name, base URL) that have turned tools down in this process: they are not offered any again."""

_SEE_NO_PICTURES: set[tuple[str | None, str | None]] = set()
"""Those that have turned pictures down."""


async def ask(
    prompt: Prompt,
    tools: Sequence[BaseTool],
    settings: Settings,
    cited: CitationCheck,
    *,
    may_call: bool = True,
    callbacks: Sequence[BaseCallbackHandler] = (),
) -> AIMessage:
    """The answer of the first attempt that succeeds. Raises the `ModelError` of the last one, or `TimedOutError`.

    `may_call`: whether it may call the tools that it is told of. `callbacks` hear each attempt, before others do.
    """
    limit = asyncio.timeout(settings.model_turn_timeout)
    try:
        async with limit:
            turn = _Turn(prompt, tools, settings, cited, may_call=may_call, callbacks=callbacks)
            return storable(await turn.answer())
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise TimedOutError(
            f"The model's turn took longer than {settings.model_turn_timeout:g} s, with all its attempts. "
            "Try again, or raise MAINSTEM_MODEL_TURN_TIMEOUT (seconds)."
        ) from error


class _Turn:
    def __init__(
        self,
        prompt: Prompt,
        tools: Sequence[BaseTool],
        settings: Settings,
        cited: CitationCheck,
        *,
        may_call: bool,
        callbacks: Sequence[BaseCallbackHandler],
    ) -> None:
        self._prompt = prompt
        self._tools = tools
        self._settings = settings
        self._cited = cited
        self._may_call = may_call
        self._callbacks = callbacks
        self._writer = cited.writer
        self._timeouts = Timeouts.of(settings)
        self._until = asyncio.get_running_loop().time() + settings.model_turn_timeout
        self._number = 0
        self._message_id = ""
        self._told_unseen = False

    async def answer(self) -> AIMessage:
        names = [self._settings.model, *self._settings.fallbacks]
        first: ModelError | None = None
        for position, name in enumerate(names, 1):
            try:
                return await self._insist(name)
            except ModelError as error:
                first = first or error
                if position < len(names):
                    self._take_back(error, "fallback", "the next model is asked.")
                elif self._settings.stream and streaming_may_be_at_fault(first):
                    reason = "retry" if len(names) == 1 else "fallback"
                    self._take_back(error, reason, "the first model is asked without streaming.")
                else:
                    raise
        return await self._attempt(names[0], streaming=False)

    async def _insist(self, name: str | None) -> AIMessage:
        """Ask one model until it answers, refuses for good, or has had its attempts."""
        for attempt in range(1, self._settings.max_attempts + 1):
            try:
                return await self._as_it_takes(name)
            except ModelError as error:
                pause = seconds_until_next(attempt, error.retry_after, self._settings.retry_seconds)
                if not error.retryable or attempt == self._settings.max_attempts or self._too_long(pause):
                    raise
                self._take_back(error, "retry", f"it is asked again in {pause:.1f} s.")
                await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _as_it_takes(self, name: str | None) -> AIMessage:
        """An attempt; where the model takes no tools or sees no pictures, another one without, and then only that."""
        while True:
            try:
                return await self._attempt(name, streaming=self._settings.stream)
            except (ModelError, NotImplementedError) as error:
                if self._offered(name) and rejects_tools(error):
                    _TAKE_NO_TOOLS.add(self._place(name))
                    self._take_back(error, "retry", "the model takes no tools; it is asked without them.")
                elif self._place(name) not in _SEE_NO_PICTURES and rejects_pictures(error):
                    _SEE_NO_PICTURES.add(self._place(name))
                    self._take_back(error, "retry", "the model sees no pictures; it is asked without them.")
                else:
                    raise

    def _offered(self, name: str | None) -> Sequence[BaseTool]:
        """The tools that a model is told of."""
        return () if self._place(name) in _TAKE_NO_TOOLS else self._tools

    def _place(self, name: str | None) -> tuple[str | None, str | None]:
        return name or self._settings.model, self._settings.openai_base_url

    def _too_long(self, pause: float) -> bool:
        ends = asyncio.get_running_loop().time() + pause >= self._until
        return ends or pause > self._settings.max_retry_after

    async def _attempt(self, name: str | None, *, streaming: bool) -> AIMessage:
        self._number += 1
        if self._number > 1:
            self._writer.attempt(self._number)
        run_id = uuid4()
        self._message_id = f"lc_run--{run_id}"
        model = await aload(name, self._settings)
        timeouts = self._timeouts if streaming else replace(self._timeouts, first_token=self._timeouts.turn)
        with closing(Stalls(timeouts, self._tell_stall)) as stalls, self._cited.attempt(self._message_id) as hearing:
            # an explicit config replaces the node's callbacks: they are what streams
            config = merge_configs(ensure_config(), {"run_id": run_id, "callbacks": [stalls, *hearing]})
            tools = self._offered(name)
            prompt = self._prompt.messages(tools=bool(tools), instructions=self._settings.instructions)
            if has_pictures(prompt) and (is_blind(model) or self._place(name) in _SEE_NO_PICTURES):
                self._tell_unseen(prompt)
                prompt = without_pictures(prompt)
            config = first_in(config, UniqueToolCallIds(prompt), *self._callbacks)
            bound: Any = self._bound(model, tools, streaming=streaming)
            if not isinstance(bound, RunnableBinding):
                return await bound.ainvoke(prompt, config=config)
            # a binding would put the callbacks into a set, and so lose which are first
            return await cast("Any", bound).bound.ainvoke(prompt, config=config, **cast("Any", bound).kwargs)

    def _take_back(self, error: Exception, reason: str, then: str) -> None:
        self._writer.superseded(self._message_id, reason)
        text = f"Attempt {self._number} failed: {str(error).rstrip('.')}: {then}"
        self._writer.notice("review", text, rule="attempts", count=self._number)

    def _tell_unseen(self, prompt: Sequence[AnyMessage]) -> None:
        if not self._told_unseen and asks_of_picture(prompt):
            text = "The model that is asked cannot see pictures: it answers without the one in the question."
            self._writer.notice("review", text, rule="pictures")
        self._told_unseen = True

    def _tell_stall(self, text: str) -> None:
        self._writer.notice("stall", text, rule="timeout")

    def _bound(self, model: BaseChatModel, tools: Sequence[BaseTool], *, streaming: bool) -> BaseChatModel:
        twin = model if streaming else model.model_copy(update={"disable_streaming": True})
        choice: dict[str, Any] = {} if self._may_call else {"tool_choice": "none"}
        return twin.bind_tools(list(tools), **choice) if tools else twin  # type: ignore[return-value]  # a binding is called like its model
