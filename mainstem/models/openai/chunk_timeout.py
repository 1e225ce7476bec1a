"""`stream_chunk_timeout` of LangChain's models, kept by one timer a stream: theirs is a task for each chunk."""

import asyncio
from typing import Any


class ChunkTimeout:
    """Limits on one stream, for `mainstem.models.timeouts.bounded`: so many seconds from one chunk to the next."""

    begun = True

    def __init__(self, seconds: float, model_name: str) -> None:
        self._seconds = seconds
        self._model_name = model_name
        self._chunks = 0
        self._expects = True
        self.deadline = 0.0
        """When the next chunk must have come, in the event loop's time."""

    def waiting(self) -> float:
        """The reader wants more. What came since the last chunk, a comment perhaps, is no chunk."""
        if self._expects:
            self.deadline = asyncio.get_running_loop().time() + self._seconds
            self._expects = False
        return self.deadline

    def came(self, chunks: int) -> None:
        """So many chunks have come."""
        self._chunks += chunks
        self._expects = self._expects or chunks > 0

    def heard(self, item: Any) -> None:
        """Bytes have come, which may be no chunk."""

    def overdue(self) -> TimeoutError:
        """What LangChain raises."""
        from langchain_openai import StreamChunkTimeoutError  # there where the parameter is

        return StreamChunkTimeoutError(self._seconds, model_name=self._model_name, chunks_received=self._chunks)
