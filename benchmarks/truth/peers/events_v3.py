"""`graph.astream_events(version="v3")`: LangGraph's typed protocol events, in beta."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from langchain_core.messages import AIMessage
from starlette.responses import Response, StreamingResponse

from benchmarks.truth.peers.base import InProcess, note_chunk, whole


class EventsV3(InProcess):
    """The protocol events as the run stream's own iterator yields them."""

    name = "astream_events v3"
    packages = ("langgraph", "langchain-core", "langchain-protocol")
    how = (
        '`await graph.astream_events(…, version="v3")`, its protocol events inside `async with`; stopped with `abort()`'
    )
    says: ClassVar = {
        "8": "nothing is masked by itself; a transformer of one's own can do it.",
        "9b": "what a stopped node had not returned is not stored.",
        "10": "the log is the reader's, in memory, and read once.",
        "11": "pulled by its readers, and so described: a reader drives the graph.",
    }

    def __init__(self, case: Any) -> None:
        super().__init__(case)
        self._run: Any = None
        self._keys: dict[str, str] = {}
        self._runs = 0

    async def parts(self) -> AsyncIterator[Any]:
        self._run = await self.graph.astream_events(self.given, self.config, version="v3")
        async with self._run:
            async for event in self._run:
                yield event

    def response(self) -> Response:
        async def lines() -> AsyncIterator[bytes]:
            async with await self.graph.astream_events(self.given, self.config, version="v3") as run:
                async for event in run:
                    yield f"{event!r}\n".encode()

        return StreamingResponse(lines())

    async def stop(self, reading: asyncio.Task[None]) -> None:
        await self._run.abort()

    def note(self, part: Any) -> None:
        if "seq" in part:
            self.seen.numbers.append(part["seq"])
        data = part["params"]["data"]
        if part["method"] == "messages":
            self._message(*data)
        elif part["method"] == "tools" and data["event"] == "tool-started":
            self.seen.start(f"tool {data['tool_call_id']}")
            self.seen.call(data["tool_call_id"], data["tool_name"], args=data.get("input"))
        elif part["method"] == "tools" and data["event"] in ("tool-finished", "tool-error"):
            self.seen.finish(f"tool {data['tool_call_id']}")

    def _message(self, event: Any, metadata: dict[str, Any]) -> None:
        node = metadata.get("langgraph_node")
        if isinstance(event, AIMessage):
            note_chunk(self.seen, event, node)
        if not isinstance(event, dict):
            return
        run = str(metadata.get("run_id"))
        if event["event"] == "message-start":
            self._keys[run] = str(event.get("id") or run)
            self.seen.start(f"message {run}")
            self.seen.message(self._keys[run], node=node, complete=False)
        elif event["event"] == "content-block-delta":
            self._delta(self._keys[run], event["delta"])
        elif event["event"] == "content-block-finish" and event["content"].get("type") == "tool_call":
            self.seen.call(event["content"]["id"], event["content"]["name"], args=event["content"]["args"])
        elif event["event"] == "message-finish":
            self.seen.finish(f"message {run}")
            self._finish(self._keys[run], event)

    def _delta(self, key: str, delta: dict[str, Any]) -> None:
        if delta.get("type") == "text-delta":
            self.seen.say(key, delta["text"])
        elif delta.get("type") == "reasoning-delta":
            self.seen.reasoning += delta["reasoning"]

    def _finish(self, key: str, event: dict[str, Any]) -> None:
        self.seen.message(key, complete=whole(event.get("metadata")))
        self.seen.spend(event.get("usage"))
