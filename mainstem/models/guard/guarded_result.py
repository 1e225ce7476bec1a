"""A model's answer that was not streamed: masked, under policies, and held where a person is to look at it."""

from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from mainstem.policy import Policy
from mainstem.stream.finish_reasons import POLICY

from .confidence import Confidence
from .guarded_answer import as_chunk, joined
from .mask import Mask
from .policed import PolicedStream
from .policies import Policies
from .scope import placeholders_here, tell_masked
from .sentence_judge import SentenceJudge, SentenceScores
from .whole_message import LOGPROBS, mask_message


class GuardedResult:
    """What a model has answered. `reviews`: whether a person can be asked about it. `scores`: scores its sentences."""

    def __init__(
        self, given: ChatResult, mask: Mask, policies: Policies, *, reviews: bool, scores: SentenceScores | None = None
    ) -> None:
        self._policies = policies
        self._scores = scores
        self._reviews = reviews
        self.held: tuple[Policy, str, AIMessageChunk, str] | None = None
        """What waits for a person: by which policy, what is shown before, the whole, and which policy ends that."""
        self._confidence = Confidence()
        placeholders = placeholders_here()
        for one in given.generations[:1]:
            self._confidence.hear(ChatGenerationChunk(message=AIMessageChunk(content="", response_metadata=_told(one))))
        generations = [
            ChatGeneration(
                message=self._under_policies(mask_message(one.message, mask, placeholders)),
                generation_info={key: value for key, value in (one.generation_info or {}).items() if key != LOGPROBS}
                or None,
            )
            for one in given.generations
        ]
        tell_masked(placeholders)
        self.result = ChatResult(generations=generations, llm_output=given.llm_output)

    def _under_policies(self, message: BaseMessage) -> BaseMessage:
        if not (self._policies.on_output and isinstance(message, AIMessage)):
            return message
        judge = SentenceJudge(self._policies, self._confidence, self._scores)
        stream = PolicedStream(self._policies, reviews=self._reviews, judge=judge)
        shown = _through(stream, message)
        stream.tell()
        if stream.waits and stream.halted is not None:
            policies = self._policies.approved
            approved = PolicedStream(policies, judge=SentenceJudge(policies, scores=self._scores))
            whole = _through(approved, message)
            self.held = stream.halted, shown.text, whole, approved.halted.name if approved.halted else ""
            return message
        if stream.halted is not None:
            return AIMessage(shown.text, id=message.id, response_metadata={"finish_reason": POLICY})
        return message if shown.text == message.text else message.model_copy(update={"content": shown.text})


def _told(generation: ChatGeneration) -> dict[str, Any]:
    told = (generation.generation_info or {}).get(LOGPROBS) or generation.message.response_metadata.get(LOGPROBS)
    return {LOGPROBS: told} if told else {}


def _through(stream: PolicedStream, message: AIMessage) -> AIMessageChunk:
    return joined([*stream.push(as_chunk(message)), *stream.finish()])
