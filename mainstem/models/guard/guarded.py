"""`guarded`: a chat model of which nobody sees or hears what a mask covers."""

from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cache, partial
from typing import Any, TypeVar, cast

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, message_chunk_to_message
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.prompt_values import ChatPromptValue, PromptValue
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import PrivateAttr

from mainstem.models.own_callable import now
from mainstem.models.twin import twin_class, twin_of
from mainstem.policy import Policy
from mainstem.stream.finish_reasons import POLICY

from .guarded_answer import GuardedAnswer
from .guarded_result import GuardedResult
from .mask import Mask
from .named import mask_of
from .own_judges import beside
from .policed import ended
from .policies import Policies
from .review import review_here
from .scope import placeholders_here, tell_halted
from .sentence_judge import Scorer, SentenceScores
from .whole_message import mask_given

Model = TypeVar("Model", bound=Runnable[Any, Any])


def guarded(
    model: Model, mask: Mask | None = None, *, policies: Sequence[Policy] = (), score: Scorer | None = None
) -> Model:
    """A copy of a chat model of LangChain's that masks what it is given and what it says. `mask`: known secrets.

    `policies`: what it may not be asked, and not say. What breaks one is held back as what is masked is; the answer
    ends there, with the finish reason `policy` and no tool call, and the run as `halted`; where the policy asks for a
    person's review, the run is interrupted instead. `score`: what gives the scores that policies look at; it is called
    with each finished sentence and a `ScoredSentence` before the sentence is shown.

    Its class, parameters and methods are the model's own, also `bind_tools`; a binding is guarded within. What is
    masked reaches no callback and so no stream mode, trace or checkpoint: words, reasoning and the arguments of calls
    are masked while they are written, questions, tools' results and earlier answers before the model is asked. What the
    system says is not changed. In a graph, a notice tells what was masked.

    Raises `TypeError` for what is no chat model, `ValueError` for a policy that cannot be looked for.
    """
    chosen = mask if mask is not None else mask_of()
    if isinstance(model, RunnableBinding):
        binding = cast("RunnableBinding[Any, Any]", model)
        return cast(
            "Model",
            binding.model_copy(update={"bound": guarded(binding.bound, chosen, policies=policies, score=score)}),
        )
    if not isinstance(model, BaseChatModel):
        raise TypeError(f"guarded() takes a chat model of LangChain's, not {type(model).__name__}.")
    ready = Policies(policies)
    if score is None and ready.scored:
        raise ValueError(
            f"The policy {ready.scored[0].name!r} looks at scores, and nothing gives any: name a function in "
            "MAINSTEM_SCORE."
        )
    return twin_of(model, _guarding(type(model)), _mask=chosen, _policies=ready, _score=score)


@cache
def _guarding(cls: type[BaseChatModel]) -> type[BaseChatModel]:
    """A subclass that masks."""
    own = {
        "_mask": PrivateAttr(),
        "_policies": PrivateAttr(),
        "_score": PrivateAttr(),
        "__annotations__": {"_mask": Mask, "_policies": Policies, "_score": Any},
    }
    hooks = {
        # events of a provider's own would pass by: where there are none, LangChain makes them from chunks
        "_astream_chat_model_events": None,
        "_stream_chat_model_events": None,
        **_given(cls),
        **_generating(cls),
        **_streaming(cls),
    }
    return twin_class(cls, {**own, **hooks})


def _given(cls: Any) -> dict[str, Any]:
    def convert(self: Any, model_input: LanguageModelInput) -> PromptValue:
        messages: list[BaseMessage] = cls._convert_input(self, model_input).to_messages()
        return ChatPromptValue(messages=mask_given(messages, self._mask, placeholders_here(begin=True)))

    return {"_convert_input": convert}


def _generating(cls: Any) -> dict[str, Any]:
    # what runs inside is told of no callback manager: it would tell of tokens before they are masked

    def generate(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        review = review_here(self._policies, messages)
        if review is not None and (held := now(review.held())) is not None:
            return _result(review.settled(held))
        if refused := self._policies.refusing(messages):
            return _refusal(refused)
        result = cls._generate(self, self._policies.admitted(messages), stop, None, **kwargs)
        scores = _scores(self, messages)
        guarding = GuardedResult(result, self._mask, self._policies, reviews=review is not None, scores=scores)
        if review is not None and (held_now := guarding.held) is not None:
            review.ask(now(review.keep(*held_now)))
        return guarding.result

    async def agenerate(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        review = review_here(self._policies, messages)
        if review is not None and (held := await review.held()) is not None:
            return _result(review.settled(held))
        if refused := await self._policies.arefusing(messages):
            return _refusal(refused)
        result = await cls._agenerate(self, self._policies.admitted(messages), stop, None, **kwargs)
        looked_at = partial(GuardedResult, reviews=review is not None, scores=_scores(self, messages))
        given = (result, self._mask, self._policies)
        guarding = await beside(looked_at, *given) if self._policies.judge else looked_at(*given)
        if review is not None and (held_now := guarding.held) is not None:
            review.ask(await review.keep(*held_now))
        return guarding.result

    return {"_generate": generate, "_agenerate": agenerate}


def _streaming(cls: Any) -> dict[str, Any]:
    """Streams where `cls` has streams of its own: LangChain looks at that."""
    streams = {"_stream": _stream_of(cls), "_astream": _astream_of(cls)}
    return {name: made for name, made in streams.items() if getattr(cls, name) is not getattr(BaseChatModel, name)}


def _stream_of(cls: Any) -> Any:
    def stream(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        review = review_here(self._policies, messages)
        if review is not None and (held := now(review.held())) is not None:
            yield ChatGenerationChunk(message=review.settled(held))
            return
        if refused := self._policies.refusing(messages):
            yield _refusal_chunk(refused)
            return
        scores = _scores(self, messages)
        answer = GuardedAnswer(self._mask, self._policies, reviews=review is not None, scores=scores)
        for chunk in cls._stream(self, self._policies.admitted(messages), stop, None, **kwargs):
            yield from answer.push(chunk)
            if answer.over:
                break
        yield from answer.finish()
        answer.tell()
        if review is not None and (policy := answer.held_by) is not None:
            yield answer.bill
            review.ask(now(review.keep(policy, answer.shown, *answer.whole())))

    return stream


def _astream_of(cls: Any) -> Any:
    async def astream(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        review = review_here(self._policies, messages)
        if review is not None and (held := await review.held()) is not None:
            yield ChatGenerationChunk(message=review.settled(held))
            return
        scores = _scores(self, messages)
        answer = GuardedAnswer(self._mask, self._policies, reviews=review is not None, scores=scores)
        if refused := await self._policies.arefusing(messages):
            yield _refusal_chunk(refused)
            return
        chunks = cls._astream(self, self._policies.admitted(messages), stop, None, **kwargs)
        async for chunk in chunks:
            for made in await answer.apush(chunk):
                yield made
            if answer.over:
                await chunks.aclose()
                break
        for made in await answer.afinish():
            yield made
        answer.tell()
        if review is not None and (policy := answer.held_by) is not None:
            yield answer.bill
            review.ask(await review.keep(policy, answer.shown, *await answer.awhole()))

    return astream


def _scores(model: Any, messages: Sequence[BaseMessage]) -> SentenceScores | None:
    """What scores the sentences of an answer to these messages, where a policy looks at scores."""
    return SentenceScores(model._score, messages) if model._policies.scored else None


def _result(message: AIMessageChunk) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=message_chunk_to_message(message))])


def _refusal(policy: Policy) -> ChatResult:
    tell_halted(policy)
    message = AIMessage(policy.says, response_metadata={"finish_reason": POLICY})
    return ChatResult(generations=[ChatGeneration(message=message)])


def _refusal_chunk(policy: Policy) -> ChatGenerationChunk:
    tell_halted(policy)
    return ChatGenerationChunk(message=ended(AIMessageChunk(content=""), "", policy, begun=False))
