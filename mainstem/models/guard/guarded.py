"""`guarded`: a chat model of which nobody sees or hears what a mask covers."""

from collections.abc import AsyncIterator, Iterator
from functools import cache
from types import new_class
from typing import Any, TypeVar, cast

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.prompt_values import ChatPromptValue, PromptValue
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import PrivateAttr

from .mask import Mask
from .masked_stream import MaskedStream
from .named import mask_of
from .scope import placeholders_here, tell_masked
from .whole_message import LOGPROBS, mask_given, mask_message

Model = TypeVar("Model", bound=Runnable[Any, Any])


def guarded(model: Model, mask: Mask | None = None) -> Model:
    """A copy of a chat model of LangChain's that masks what it is given and what it says. `mask`: known secrets.

    Its class, parameters and methods are the model's own, also `bind_tools`; a binding is guarded within. What is
    masked reaches no callback and so no stream mode, trace or checkpoint: words, reasoning and the arguments of calls
    are masked while they are written, questions, tools' results and earlier answers before the model is asked. What the
    system says is not changed. In a graph, a notice tells what was masked.

    Raises `TypeError` for what is no chat model.
    """
    chosen = mask if mask is not None else mask_of()
    if isinstance(model, RunnableBinding):
        binding = cast("RunnableBinding[Any, Any]", model)
        return cast("Model", binding.model_copy(update={"bound": guarded(binding.bound, chosen)}))
    if not isinstance(model, BaseChatModel):
        raise TypeError(f"guarded() takes a chat model of LangChain's, not {type(model).__name__}.")
    twin = model.model_copy()
    object.__setattr__(twin, "__class__", _guarding(type(model)))  # the fields are the same, and so is their layout
    private = {**(twin.__pydantic_private__ or {}), "_mask": chosen}
    object.__setattr__(twin, "__pydantic_private__", private)
    return twin


@cache
def _guarding(cls: type[BaseChatModel]) -> type[BaseChatModel]:
    """A subclass that masks; it bears the name of `cls`, for tracers and for people."""
    own = {"_mask": PrivateAttr(), "__annotations__": {"_mask": Mask}}
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
        return _masked(cls._generate(self, messages, stop, None, **kwargs), self._mask)

    async def agenerate(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        return _masked(await cls._agenerate(self, messages, stop, None, **kwargs), self._mask)

    return {"_generate": generate, "_agenerate": agenerate}


def _streaming(cls: Any) -> dict[str, Any]:
    """Streams where `cls` has streams of its own: LangChain looks at that."""

    def stream(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        masked = MaskedStream(self._mask)
        for chunk in cls._stream(self, messages, stop, None, **kwargs):
            yield from masked.push(chunk)
        yield from masked.finish()

    async def astream(
        self: Any, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        masked = MaskedStream(self._mask)
        async for chunk in cls._astream(self, messages, stop, None, **kwargs):
            for made in masked.push(chunk):
                yield made
        for made in masked.finish():
            yield made

    streams = {"_stream": stream, "_astream": astream}
    return {name: made for name, made in streams.items() if getattr(cls, name) is not getattr(BaseChatModel, name)}


def _masked(result: ChatResult, mask: Mask) -> ChatResult:
    placeholders = placeholders_here()
    generations = [
        ChatGeneration(
            message=mask_message(one.message, mask, placeholders),
            generation_info={key: value for key, value in (one.generation_info or {}).items() if key != LOGPROBS}
            or None,
        )
        for one in result.generations
    ]
    tell_masked(placeholders)
    return ChatResult(generations=generations, llm_output=result.llm_output)
