"""One answer of a model while it is written: masked, under policies, and held where a person is to look at it."""

import json
from collections.abc import Iterable
from functools import reduce
from operator import add

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from mainstem.policy import Policy

from .confidence import Confidence
from .mask import Mask
from .masked_stream import MaskedStream
from .own_judges import beside
from .policed import PolicedStream
from .policies import Policies
from .sentence_judge import SentenceJudge, SentenceScores

Chunks = list[ChatGenerationChunk]


class GuardedAnswer:
    """An answer in pieces. `reviews`: whether a person can be asked about it. `scores`: scores its sentences."""

    def __init__(
        self, mask: Mask, policies: Policies, *, reviews: bool = False, scores: SentenceScores | None = None
    ) -> None:
        self._masked = MaskedStream(mask)
        self._policies = policies
        self._scores = scores
        self._confidence = Confidence() if policies.confident or scores else None
        judge = SentenceJudge(policies, self._confidence, scores)
        self._policed = PolicedStream(policies, reviews=reviews, judge=judge) if policies.on_output else None
        self._kept: Chunks | None = [] if reviews and policies.reviewed else None
        self._shown = ""

    @property
    def over(self) -> bool:
        """Whether nothing more of it is wanted: a policy has ended it."""
        return self._policed is not None and self._policed.halted is not None and not self._policed.waits

    @property
    def held_by(self) -> Policy | None:
        """The policy for which it waits for a person."""
        return self._policed.halted if self._policed is not None and self._policed.waits else None

    @property
    def shown(self) -> str:
        """Its words that were shown."""
        return self._shown

    def push(self, chunk: ChatGenerationChunk) -> Chunks:
        """What may be shown of a chunk."""
        if self._confidence is not None:
            self._confidence.hear(chunk)
        return self._through(self._masked.push(chunk))

    def finish(self) -> Chunks:
        """What is left when there are no more chunks."""
        left = self._through(self._masked.finish())
        return left if self._policed is None else [*left, *self._noted(self._policed.finish())]

    async def apush(self, chunk: ChatGenerationChunk) -> Chunks:
        """`push`, beside the event loop where a judge is asked: it may take its time."""
        return await beside(self.push, chunk) if self._policies.judge else self.push(chunk)

    async def afinish(self) -> Chunks:
        """`finish`, in the same way."""
        return await beside(self.finish) if self._policies.judge else self.finish()

    def tell(self) -> None:
        """Tell the run what was masked, and what has ended the answer."""
        self._masked.tell()
        if self._policed is not None:
            self._policed.tell()

    def whole(self) -> tuple[AIMessageChunk, str]:
        """What is shown once a person approves, and the name of the policy that ends it then; empty: none."""
        approved, kept = self._policies.approved, self._kept or []
        stream = PolicedStream(approved, judge=SentenceJudge(approved, scores=self._scores))
        made = [*(each for chunk in kept for each in stream.push(chunk)), *stream.finish()]
        return joined(made), stream.halted.name if stream.halted else ""

    async def awhole(self) -> tuple[AIMessageChunk, str]:
        """`whole`, beside the event loop where a judge is asked."""
        return await beside(self.whole) if self._policies.judge else self.whole()

    @property
    def bill(self) -> ChatGenerationChunk:
        """The tokens of what is held, which were paid for."""
        usage = joined(self._kept or []).usage_metadata
        return ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=usage))

    def _through(self, chunks: Chunks) -> Chunks:
        if self._kept is not None:
            self._kept += chunks
        policed = self._policed
        return chunks if policed is None else self._noted([made for chunk in chunks for made in policed.push(chunk)])

    def _noted(self, chunks: Chunks) -> Chunks:
        if self._kept is not None:
            self._shown += "".join(chunk.message.text for chunk in chunks)
        return chunks


def joined(chunks: Iterable[ChatGenerationChunk]) -> AIMessageChunk:
    """The message that chunks make."""
    messages = [chunk.message for chunk in chunks if isinstance(chunk.message, AIMessageChunk)]
    return reduce(add, messages, AIMessageChunk(content="")) if messages else AIMessageChunk(content="")


def as_chunk(message: AIMessage) -> ChatGenerationChunk:
    """A whole message as the only chunk of a stream."""
    calls = [
        tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=place)
        for place, call in enumerate(message.tool_calls)
    ]
    fields = {
        name: getattr(message, name)
        for name in ("content", "additional_kwargs", "response_metadata", "usage_metadata", "id", "name")
    }
    return ChatGenerationChunk(message=AIMessageChunk(**fields, tool_call_chunks=calls))
