"""The OpenAI SDK's stream, except that what arrived together comes as one chunk, with how many and when."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import openai

from mainstem.models.openai.chunk_timeout import ChunkTimeout
from mainstem.models.size_limits import BODY
from mainstem.models.timeouts import bounded

from .body import Arrival, ResponseBody
from .pump import pumped
from .reader import ChunkReader, StreamedError

_LIBRARIES = ("httpx", "httpx2")

_DRAIN = 0.1
"""Seconds to wait, behind `[DONE]`, for the end of the response: only then can its connection be used again."""


class MergedStream(openai.AsyncStream[object]):
    """For the SDK's `stream_cls`: yields plain objects. Raises the SDK's errors."""

    limits: ChunkTimeout | None = None
    """How long the next chunk may take; set it before the first is asked for."""

    async def __stream__(self) -> AsyncIterator[Any]:
        async with _ended(self.response):
            reader = ChunkReader()
            body, source = self._source()
            async with aclosing(source) as arrivals:
                async for taken in arrivals:
                    chunks = reader.feed(taken)
                    if self.limits is not None:
                        self.limits.came(len(chunks))
                    for chunk in chunks:
                        yield chunk
                    if body is not None and not body.steady:
                        body.steady = reader.spoke
                    if reader.failure:
                        raise reader.failure
                    if reader.done:
                        await _drain(arrivals)
                        return
            for chunk in reader.finish(time.monotonic()):
                yield chunk
            if reader.failure:
                raise reader.failure

    async def close(self) -> None:
        """End the stream here: a reader that leaves early would leave it to the garbage, and that to a loop at its end.

        What is read in another task meanwhile ends with its response.
        """
        iterator: Any = self._iterator
        if not iterator.ag_running:
            await iterator.aclose()
        await super().close()

    def _source(self) -> tuple[ResponseBody | None, AsyncGenerator[list[Arrival]]]:
        """What arrives, and our own body below it, where the response has one and it is not packed."""
        body: ResponseBody | None = self.response.extensions.get(BODY)
        if body is None or "content-encoding" in self.response.headers:
            body, source = None, pumped(self.response.aiter_bytes())
        else:
            source = body.arrivals()
        return body, bounded(source, self.limits) if self.limits is not None else source


@asynccontextmanager
async def _ended(response: Any) -> AsyncGenerator[None]:
    """Closes the response in the end, and says what went wrong as the SDK does."""
    request = response.request
    try:
        yield
    except StreamedError as error:
        raise openai.APIError(str(error), request, body=error.body) from error
    except _named("TimeoutException") as error:
        raise openai.APITimeoutError(request=request) from error
    except _named("RequestError") as error:
        raise openai.APIConnectionError(request=request) from error
    finally:
        await response.aclose()


def _named(name: str) -> tuple[type[Exception], ...]:
    """What the HTTP libraries call so: the SDK's own may be another one than ours."""
    return tuple(getattr(sys.modules[library], name) for library in _LIBRARIES if library in sys.modules)


async def _drain(rest: AsyncGenerator[list[Arrival]]) -> None:
    with suppress(TimeoutError, *_named("RequestError")):
        async with asyncio.timeout(_DRAIN):
            async for _ in rest:
                pass
