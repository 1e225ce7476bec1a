"""`Chat`: `ChatOpenAI`, with what providers get wrong put right where the tokens enter."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from importlib import import_module
from typing import Any, Self, cast

import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from pydantic import SecretStr, model_validator

from mainstem.models import coalesce
from mainstem.models.errors import ModelNotFoundError
from mainstem.models.openai import raw_stream, responses_stream
from mainstem.models.openai.chunk_readers import ChatReader, RawChunk, ResponsesReader, has_content, result_of
from mainstem.models.openai.failures import CLIENT_FAILURES, Endpoint, as_model_error, is_told
from mainstem.models.openai.json_values import mapping, mappings
from mainstem.models.size_limits import NotRead, SentElsewhere
from mainstem.models.timeouts import StreamDeadlines, Timeouts, bounded
from mainstem.settings import Settings

# The client imports its transport at its first use, and that reads files: not in anybody's event loop.
for _transport in ("httpcore2", "httpcore"):
    with suppress(ImportError):
        import_module(_transport)

_NO_KEY = "none"
_NO_SUCH_PATH = (404, 405, 501)
"""What servers answer to `GET /models` that have no such thing."""


class Chat(ChatOpenAI):
    """A chat model of OpenAI or of any compatible server, whose stream merges into what the provider meant.

    Reasoning, in whichever spelling, arrives in `additional_kwargs["reasoning_content"]`; tool calls that share an
    index stay apart, and those with doubtful arguments are listed in `additional_kwargs["doubtful_tool_calls"]`; usage
    is counted once; a finish reason that never came stays missing. An empty `model_name` means the first model that
    the server lists. Every failure is a `ModelError`. Nothing is retried here.
    """

    timeouts: Timeouts = Timeouts()
    """How long to wait before `TimedOutError`. For an answer that is not streamed, only `connect` and `turn` count."""

    coalesce: bool = True
    """Whether what has arrived together is one chunk, stamped with `mainstem.stream.arrivals`."""

    # `bounded` does the same without a task for each chunk. Ours, since langchain-openai has it only from 1.2 on.
    stream_chunk_timeout: float | None = None
    """Not used: see `timeouts`."""

    @classmethod
    def from_settings(cls, name: str, settings: Settings) -> "Chat":
        """The model `name` at the server of `settings`; an empty name is the first that the server lists."""
        timeouts = Timeouts.of(settings)
        return cls(
            model=name,
            api_key=settings.openai_api_key or SecretStr(_NO_KEY),
            base_url=settings.openai_base_url,
            timeout=openai.Timeout(timeouts.turn, connect=timeouts.connect),
            timeouts=timeouts,
            max_retries=0,
            stream_usage=True,
            logprobs=True if any(policy.confidence is not None for policy in settings.policies) else None,
            use_responses_api=_responses_api(settings),
            coalesce=settings.coalesce,
            http_client=coalesce.sync_http_client(coalesce=settings.coalesce),
            http_async_client=coalesce.http_client(coalesce=settings.coalesce),
        )

    @model_validator(mode="after")
    def _stream_plain_data(self) -> Self:
        kind = coalesce.MergedStream if self.coalesce else openai.AsyncStream[object]
        raw_stream.feed(self, kind)
        # the clients are this model's own
        self.root_async_client.responses = responses_stream.AsyncResponses(self.root_async_client)
        self.root_client.responses = responses_stream.Responses(self.root_client)
        return self

    async def aclose(self) -> None:
        """Close the connections that this model holds open; afterwards it cannot be called again."""
        await self.root_async_client.close()

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        await self._afind_name()
        reader = self._reader(kwargs)
        source = self._astream_responses if isinstance(reader, ResponsesReader) else super(ChatOpenAI, self)._astream
        try:
            limits = StreamDeadlines(self.timeouts, has_content)
            async with aclosing(bounded(source(*args, **kwargs), limits)) as chunks:
                async for chunk in chunks:
                    if made := reader.read(chunk):
                        yield made
                    if reader.done:
                        break
                    if reader.finished:
                        limits.ending()
        except CLIENT_FAILURES as error:
            if not reader.finished or is_told(error):
                raise reader.failed(error) from error
        for made in reader.last():
            yield made

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        self._find_name()
        reader = self._reader(kwargs)
        source = self._stream_responses if isinstance(reader, ResponsesReader) else super(ChatOpenAI, self)._stream
        try:
            for chunk in source(*args, **{"timeout": self._between, **kwargs}):
                if made := reader.read(chunk):
                    yield made
                if reader.done:
                    break
        except CLIENT_FAILURES as error:
            if not reader.finished or is_told(error):
                raise reader.failed(error) from error
        yield from reader.last()

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        await self._afind_name()
        reader = self._reader(kwargs)
        try:
            return reader.whole(await super()._agenerate(messages, stop, run_manager, **kwargs))
        except CLIENT_FAILURES as error:
            raise reader.failed(error) from error

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self._find_name()
        reader = self._reader(kwargs)
        try:
            return reader.whole(super()._generate(messages, stop, run_manager, **kwargs))
        except CLIENT_FAILURES as error:
            raise reader.failed(error) from error

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict[str, Any], default_chunk_class: type, base_generation_info: dict[str, Any] | None
    ) -> ChatGenerationChunk | None:
        if "choices" in chunk:
            return cast("ChatGenerationChunk", RawChunk(chunk))
        # structured output wraps each chunk in an event, among events that only repeat what it says
        raw = mapping(chunk.get("chunk")) or chunk
        ours = "choices" in raw or ("usage" in raw and "type" not in raw)
        return cast("ChatGenerationChunk", RawChunk(raw)) if ours else None

    def _create_chat_result(self, response: Any, generation_info: dict[str, Any] | None = None) -> ChatResult:
        raw = response.model_dump(warnings=False) if isinstance(response, openai.BaseModel) else response
        if any("parsed" in mapping(choice.get("message")) for choice in mappings(mapping(raw).get("choices"))):
            return super()._create_chat_result(response, generation_info)
        return result_of(raw, self._place)

    def _reader(self, kwargs: dict[str, Any]) -> ChatReader | ResponsesReader:
        asks_responses = self._use_responses_api({**kwargs, **self.model_kwargs})
        return ResponsesReader(self._place) if asks_responses else ChatReader(self._place)

    @property
    def _between(self) -> openai.Timeout:
        """The limits on a stream that is read without an event loop: no timer, only the socket's own."""
        timeouts = self.timeouts
        return openai.Timeout(max(timeouts.first_token, timeouts.token), connect=timeouts.connect)

    @property
    def _place(self) -> Endpoint:
        return Endpoint(self.model_name, str(self.root_async_client.base_url))

    async def _afind_name(self) -> None:
        if not self.model_name:
            client = self.root_async_client.with_options(timeout=self.timeouts.connect)
            with self._listing():
                async with asyncio.timeout(self.timeouts.connect):
                    page = await client.models.list()
                self.model_name = self._first(page.data)

    def _find_name(self) -> None:
        if not self.model_name:
            with self._listing():
                page = self.root_client.with_options(timeout=self.timeouts.connect).models.list()
                self.model_name = self._first(page.data)

    @contextmanager
    def _listing(self) -> Generator[None]:
        """Say what to do where the server does not list its models, whatever it does instead. Raises `ModelError`."""
        try:
            yield
        except openai.APIStatusError as error:
            if error.status_code not in _NO_SUCH_PATH:
                raise as_model_error(error, self._place) from error
            raise self._unlisted(f"does not list its models ({error.status_code})") from error
        except TimeoutError as error:
            raise self._unlisted(f"has not listed its models within {self.timeouts.connect:g} s") from error
        except NotRead as error:
            raise self._unlisted(str(error)) from error
        except (SentElsewhere, openai.OpenAIError, OSError) as error:
            raise as_model_error(error, self._place) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._unlisted("answers with something that is no list of models") from error

    def _unlisted(self, what: str) -> ModelNotFoundError:
        return ModelNotFoundError(f"{self._place} {what}. Name one: MAINSTEM_MODEL=openai:NAME.")

    def _first(self, models: Sequence[Any] | None) -> str:
        if not models:
            raise self._unlisted("lists no models")
        return str(models[0].id)


def _responses_api(settings: Settings) -> bool | None:
    """Whether to call Responses; `None` leaves it to LangChain, which knows the models that answer nowhere else."""
    if settings.openai_api == "responses":
        return True
    return False if settings.openai_base_url else None
