"""`langgraph dev`: its run stream, through `langgraph_sdk`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from langgraph_sdk import get_client

from benchmarks.truth.cases import Case
from benchmarks.truth.peers.base import QUESTION, Reading, note_chunk

MODES: Any = ["messages-tuple", "updates", "custom", "tasks"]


class DevServer(Reading):
    """The server's stream as its own client yields it. `address` is set when the server is up."""

    name = "langgraph dev"
    packages = ("langgraph-api", "langgraph-sdk", "langgraph-cli")
    how = (
        '`client.runs.stream(…, stream_mode=["messages-tuple", "updates", "custom", "tasks"], stream_subgraphs=True)` '
        'of one server process with the same graphs; `on_disconnect="cancel"` for the reader that leaves, '
        "`stream_resumable=True` for the one that comes back; stopped with `client.runs.cancel`"
    )
    says: ClassVar = {
        "8": "nothing is masked.",
        "9b": "what a stopped node had not returned is not stored.",
    }
    address: ClassVar[str] = ""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._client = get_client(url=self.address)
        self._run_id = ""
        self._live: list[Any] = []

    async def parts(self) -> AsyncIterator[Any]:
        await self._client.threads.create(thread_id=self.thread_id)
        stream = self._client.runs.stream(
            self.thread_id,
            self.case.graph,
            input={"messages": [{"role": "user", "content": QUESTION, "id": "question"}]},
            stream_mode=MODES,
            config=None if self.case.limit is None else {"recursion_limit": self.case.limit},
            stream_subgraphs=True,
            stream_resumable=self.case.how == "again",
            on_disconnect="cancel" if self.case.how == "leave" else None,
            on_run_created=lambda run: setattr(self, "_run_id", run["run_id"]),
        )
        async for part in stream:
            yield part

    def note(self, part: Any) -> None:
        self._live.append(part)
        kind = part.event.partition("|")[0]
        if kind == "messages":
            chunk, metadata = part.data
            if chunk["type"] in ("AIMessageChunk", "ai"):
                note_chunk(self.seen, chunk, metadata.get("langgraph_node"))
        elif kind == "tasks":
            self._task(part.data)
        elif kind == "error":
            self.seen.end("failed")
            told = part.data if isinstance(part.data, dict) else {"message": str(part.data)}
            self.seen.error = f"{told.get('error', '')}: {told.get('message', '')}"

    def _task(self, task: dict[str, Any]) -> None:
        if "triggers" in task:
            self.seen.start(f"node {task['id']}")
        else:
            self.seen.finish(f"node {task['id']}")

    async def stored(self) -> tuple[list[Any], bool]:
        state = await self._client.threads.get_state(self.thread_id)
        values: Any = state["values"] or {}
        return list(values.get("messages") or []), bool(state["next"])

    async def stop(self, reading: asyncio.Task[None]) -> None:
        await self._client.runs.cancel(self.thread_id, self._run_id, wait=True)

    async def again(self) -> str | None:
        live = self._live
        if [part async for part in self._joined("-1")] != live:
            return "the second reading differs"
        shared = [at for at in range(1, len(live)) if live[at].id == live[at - 1].id]
        at = shared[0] if shared else len(live) // 2
        if [part async for part in self._joined(live[at - 1].id)] == live[at:]:
            return ""
        return (
            "ids are milliseconds, and parts of the same millisecond share one: who comes back with such an id "
            "misses the others that have it"
        )

    def _joined(self, position: str) -> AsyncIterator[Any]:
        return self._client.runs.join_stream(self.thread_id, self._run_id, last_event_id=position)
