"""`guarded`: a chat model of which nobody sees or hears what a mask covers."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cache
from types import new_class
from typing import Any, TypeVar, cast

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.prompt_values import ChatPromptValue, PromptValue
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import PrivateAttr

from mainstem.policy import Policy
from mainstem.stream.finish_reasons import POLICY

from .mask import Mask
from .masked_stream import MaskedStream
from .named import mask_of
from .policed import PolicedStream, ended, policed
from .policies import Policies
from .scope import placeholders_here, tell_halted, tell_masked
from .whole_message import LOGPROBS, mask_given, mask_message

Model = TypeVar("Model", bound=Runnable[Any, Any])


def guarded(model: Model, mask: Mask | None = None, *, policies: Sequence[Policy] = ()) -> Model:
    """A copy of a chat model of LangChain's that masks what it is given and what it says. `mask`: known secrets.

    `policies`: what it may not be asked, and not say. What breaks one is held back as what is masked is; the answer
    ends there, with the finish reason `policy` and no tool call, and the run as `halted`.

    Its class, parameters and methods are the model's own, also `bind_tools`; a binding is guarded within. What is
    masked reaches no callback and so no stream mode, trace or checkpoint: words, reasoning and the arguments of calls
    are masked while they are written, questions, tools' results and earlier answers before the model is asked. What the
    system says is not changed. In a graph, a notice tells what was masked.

    Raises `TypeError` for what is no chat model, `ValueError` for a policy that cannot be looked for.
    """
    chosen = mask if mask is not None else mask_of()
    if isinstance(model, RunnableBinding):
        binding = cast("RunnableBinding[Any, Any]", model)
        return cast("Model", binding.model_copy(update={"bound": guarded(binding.bound, chosen, policies=policies)}))
    if not isinstance(model, BaseChatModel):
        raise TypeError(f"guarded() takes a chat model of LangChain's, not {type(model).__name__}.")
    twin = model.model_copy()
    object.__setattr__(twin, "__class__", _guarding(type(model)))  # the fields are the same, and so is their layout
    private = {**(twin.__pydantic_private__ or {}), "_mask": chosen, "_policies": Policies(policies)}
    object.__setattr__(twin, "__pydantic_private__", private)
    return twin


@cache
def _guarding(cls: type[BaseChatModel]) -> type[BaseChatModel]:
    """A subclass that masks; it bears the name of `cls`, for tracers and for people."""
    own = {
        "_mask": PrivateAttr(),
        "_policies": PrivateAttr(),
        "__annotations__": {"_mask": Mask, "_policies": Policies},
    }
    named = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    hooks = {
        # events of a provider's own would pass by: where there are none, LangChain makes them from chunks
        "_astream_chat_model_events": None,
        "_stream_chat_model_events": None,
        **_given(cls),
        **_generating(cls),
        **_streaming(cls),
    }
    return new_class(cls.__name__, (cls,), exec_body=lambda namespace: namespace.update({**own, **named, **hooks}))


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
        if refused := self._policies.refusing(messages):
            return _refusal(refused)
        return _masked(cls._generate(self, messages, stop, None, **kwargs), self._mask, self._policies)

    async def agenerate(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        if refused := await self._policies.arefusing(messages):
            return _refusal(refused)
        result = await cls._agenerate(self, messages, stop, None, **kwargs)
        return _masked(result, self._mask, self._policies)

    return {"_generate": generate, "_agenerate": agenerate}


def _streaming(cls: Any) -> dict[str, Any]:
    """Streams where `cls` has streams of its own: LangChain looks at that."""
    streams = {"_stream": _stream_of(cls), "_astream": _astream_of(cls)}
    return {name: made for name, made in streams.items() if getattr(cls, name) is not getattr(BaseChatModel, name)}


def _stream_of(cls: Any) -> Any:
    def stream(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        if refused := self._policies.refusing(messages):
            yield _refusal_chunk(refused)
            return
        answer = GuardedAnswer(self._mask, self._policies)
        for chunk in cls._stream(self, messages, stop, None, **kwargs):
            yield from answer.push(chunk)
            if answer.halted:
                break
        yield from answer.finish()
        answer.tell()

    return stream


def _astream_of(cls: Any) -> Any:
    async def astream(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        answer = GuardedAnswer(self._mask, self._policies)
        if refused := await self._policies.arefusing(messages):
            yield _refusal_chunk(refused)
            return
        chunks = cls._astream(self, messages, stop, None, **kwargs)
        async for chunk in chunks:
            for made in await answer.apush(chunk):
                yield made
            if answer.halted:
                await chunks.aclose()
                break
        for made in await answer.afinish():
            yield made
        answer.tell()

    return astream


class GuardedAnswer:
    """One answer of a model, masked, and under policies where there are any."""

    def __init__(self, mask: Mask, policies: Policies) -> None:
        self._masked = MaskedStream(mask)
        self._policed = PolicedStream(policies) if policies.on_output else None
        self._judged = policies.judge

    @property
    def halted(self) -> bool:
        """Whether a policy has ended it."""
        return self._policed is not None and self._policed.halted is not None

    def push(self, chunk: ChatGenerationChunk) -> list[ChatGenerationChunk]:
        """What may be shown of a chunk."""
        return self._through(self._masked.push(chunk))

    def finish(self) -> list[ChatGenerationChunk]:
        """What is left when there are no more chunks."""
        left = self._through(self._masked.finish())
        return left if self._policed is None else [*left, *self._policed.finish()]

    async def apush(self, chunk: ChatGenerationChunk) -> list[ChatGenerationChunk]:
        """`push`, beside the event loop where a judge is asked: it may take its time."""
        return await asyncio.to_thread(self.push, chunk) if self._judged else self.push(chunk)

    async def afinish(self) -> list[ChatGenerationChunk]:
        """`finish`, in the same way."""
        return await asyncio.to_thread(self.finish) if self._judged else self.finish()

    def tell(self) -> None:
        """Tell the run what was masked, and what has ended the answer."""
        self._masked.tell()
        if self._policed is not None:
            self._policed.tell()

    def _through(self, chunks: list[ChatGenerationChunk]) -> list[ChatGenerationChunk]:
        policed = self._policed
        return chunks if policed is None else [made for chunk in chunks for made in policed.push(chunk)]


def _refusal(policy: Policy) -> ChatResult:
    tell_halted(policy)
    message = AIMessage(policy.says, response_metadata={"finish_reason": POLICY})
    return ChatResult(generations=[ChatGeneration(message=message)])


def _refusal_chunk(policy: Policy) -> ChatGenerationChunk:
    tell_halted(policy)
    return ChatGenerationChunk(message=ended(AIMessageChunk(content=""), "", policy, begun=False))


def _masked(result: ChatResult, mask: Mask, policies: Policies) -> ChatResult:
    placeholders = placeholders_here()
    generations = [
        ChatGeneration(
            message=_under(policies, mask_message(one.message, mask, placeholders)),
            generation_info={key: value for key, value in (one.generation_info or {}).items() if key != LOGPROBS}
            or None,
        )
        for one in result.generations
    ]
    tell_masked(placeholders)
    return ChatResult(generations=generations, llm_output=result.llm_output)


def _under(policies: Policies, message: BaseMessage) -> BaseMessage:
    return policed(message, policies) if policies.on_output and isinstance(message, AIMessage) else message
