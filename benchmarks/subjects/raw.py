"""The limit, and the two clients that LangGraph stands on."""

import httpx

from benchmarks.subjects.base import Note, Subject
from benchmarks.subjects.graphs import chat_openai


def request_of(question: str) -> dict[str, object]:
    return {"model": "scripted", "stream": True, "messages": [{"role": "user", "content": question}]}


class RawHttpx(Subject):
    name = "raw httpx"
    how = "`response.aiter_lines()`, and nothing is parsed: the limit"
    packages = ("httpx", "httpcore", "h11")

    async def open(self, wire: str) -> None:
        limits = httpx.Limits(max_connections=None)
        self._client = httpx.AsyncClient(base_url=wire, limits=limits, timeout=None)

    async def read(self, question: str, note: Note) -> None:
        async with self._client.stream("POST", "/chat/completions", json=request_of(question)) as response:
            async for line in response.aiter_lines():
                note(line)

    async def close(self) -> None:
        await self._client.aclose()


class OpenaiSdk(Subject):
    name = "openai SDK"
    how = "`client.chat.completions.create(stream=True)`, the deltas' text"
    packages = ("openai",)

    async def open(self, wire: str) -> None:
        from openai import AsyncOpenAI

        self._client = AsyncOpenAI(base_url=wire, api_key="scripted")

    async def read(self, question: str, note: Note) -> None:
        messages = [{"role": "user", "content": question}]
        stream = await self._client.chat.completions.create(
            model="scripted",
            messages=messages,  # type: ignore[arg-type]
            stream=True,
        )
        async for chunk in stream:
            if chunk.choices:
                note(chunk.choices[0].delta.content or "")


class ChatOpenai(Subject):
    name = "ChatOpenAI"
    how = "`ChatOpenAI(…).astream(…)`, the chunks' text"
    packages = ("langchain-openai", "langchain-core")

    async def open(self, wire: str) -> None:
        self._model = chat_openai(wire)

    async def read(self, question: str, note: Note) -> None:
        async for chunk in self._model.astream(question):
            note(chunk.content)
