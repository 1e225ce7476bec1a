"""Citations told beside the model's stream: as each sentence ends, its marks are resolved and checked.

No word waits for that. What comes in is cut by a callback of the model's call, at next to no cost for each piece; the
judging is done by a task of its own, one sentence after the other, off the event loop.
"""

import asyncio
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage

from mainstem.models.support import Checker
from mainstem.settings import Settings
from mainstem.stream.writer import StreamWriter

from .citations import CheckedClaim, check
from .claim_cutter import ClaimCutter
from .claims import Claim
from .messages import question_of
from .passages import passages_by_number
from .state import State


class CitationCheck:
    """Checks the citations of one turn's answers, attempt by attempt."""

    def __init__(self, state: State, settings: Settings, writer: StreamWriter) -> None:
        self.passages = passages_by_number(state)
        self.question = question_of(state["messages"])
        self.writer = writer
        self._settings = settings
        self._answer: CitedAnswer | None = None

    @contextmanager
    def attempt(self, message_id: str) -> Generator[list[BaseCallbackHandler]]:
        """An attempt of the model, and the callbacks that hear it; one that fails tells no more citations."""
        answer = self._answer = self._new(message_id)
        try:
            yield [answer] if self.passages else []
        except BaseException:
            answer.close()
            self._answer = None
            raise

    async def of(self, message: AIMessage) -> list[CheckedClaim]:
        """The claims of the message that the last attempt gave; all its citations have been told by then."""
        answer, self._answer = self._answer or self._new(str(message.id)), None
        try:
            return await answer.finish(message)
        finally:
            answer.close()

    def _new(self, message_id: str) -> "CitedAnswer":
        checker = Checker(self._settings, lambda text: self.writer.notice("review", text, rule="checker"))
        return CitedAnswer(self, checker, message_id)


class CitedAnswer(BaseCallbackHandler):
    """Hears one model call, in the event loop, and tells a citation for each mark of a sentence that is over."""

    run_inline = True

    def __init__(self, about: CitationCheck, checker: Checker, message_id: str) -> None:
        self._about = about
        self._checker = checker
        self._message_id = message_id
        self._cutter = ClaimCutter()
        self._waiting: deque[Claim] = deque()
        self._checked: list[CheckedClaim] = []
        self._work: asyncio.Task[None] | None = None

    def on_chat_model_start(self, *args: Any, **told: Any) -> None:
        """Nothing: without it LangChain would write the whole prompt out as text, for `on_llm_start`."""

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **told: Any) -> None:
        """Take the next piece of the answer."""
        text = token if isinstance(token, str) else chunk.message.text if chunk is not None else ""
        if text and (claims := self._cutter.add(text)):
            self._put(claims)

    async def finish(self, message: AIMessage) -> list[CheckedClaim]:
        """The answer is whole: check what is left of it, and return all that was checked."""
        said, text = self._cutter.text, message.text
        if not text.startswith(said):
            self._cutter, said = ClaimCutter(), ""  # it is not what was streamed
            self._checked.clear()
        self._put([*self._cutter.add(text[len(said) :]), *self._cutter.finish()])
        while self._work is not None:
            await self._work
        for found in (one for claim in self._checked for one in claim.citations):
            found["message_id"] = message.id
        return self._checked

    def close(self) -> None:
        """Tell nothing more."""
        self._waiting.clear()
        if self._work is not None:
            self._work.cancel()

    def _put(self, claims: Iterable[Claim]) -> None:
        self._waiting.extend(claims)
        if self._waiting and self._work is None:
            self._work = asyncio.get_running_loop().create_task(self._check())

    async def _check(self) -> None:
        try:
            while self._waiting:
                claim = self._waiting.popleft()
                checked = await check(claim, self._about.passages, self._judge, self._message_id)
                self._checked.append(checked)
                for citation in checked.citations:
                    self._about.writer.citation(**citation)
        finally:
            self._work = None

    async def _judge(self, sentence: str, passage: str) -> Any:
        return await self._checker(sentence, passage, self._about.question)
