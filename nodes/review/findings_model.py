"""The findings of a review as one streamed message, so that every view shows each as it arrives."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from mainstem.text import counted

from .findings import Finding
from .reviewer import Reviewer


class FindingsModel(BaseChatModel):
    """Says what `reviewer` finds, a line a finding, and last how many there are; `tell` is given each as it is.

    Its usage is that of all calls to the model behind it, and so is its name.
    """

    reviewer: Any
    tell: Callable[[Finding], None]

    @property
    def _llm_type(self) -> str:
        return "mainstem-findings"

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        reviewer: Reviewer = self.reviewer
        count = 0
        async for finding in reviewer.findings():
            count += 1
            self.tell(finding)
            yield _said(f"{finding}\n")
        for file, why in reviewer.failed.items():
            yield _said(f"{file} could not be reviewed: {why}\n")
        yield _said(f"{counted(count, 'finding')} in {counted(reviewer.reviewed, 'file')}.")
        about = {"finish_reason": "stop", "model_name": reviewer.model}
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="", response_metadata=about, usage_metadata=reviewer.usage, chunk_position="last"
            )
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("A review is streamed: use ainvoke or astream.")


def _said(text: str) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=text))
