"""`assistant-stream`: its LangGraph helper, `append_langgraph_event`, inside a `create_run`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from assistant_stream import append_langgraph_event, create_run
from assistant_stream.resumable import (
    create_in_memory_resumable_stream_store,
    create_resumable_stream_context,
)
from assistant_stream.serialization import DataStreamEncoder, DataStreamResponse
from assistant_stream.state import deep_apply
from starlette.responses import Response

from benchmarks.truth.cases import Case
from benchmarks.truth.peers.base import InProcess, reasoning_of, text_of, whole
from benchmarks.truth.seen import Called


class Assistant(InProcess):
    """The state that a reader builds from the chunks, as assistant-ui's LangGraph example writes it."""

    name = "assistant-stream"
    packages = ("assistant-stream", "langgraph")
    how = (
        "`create_run` with a callback that gives each part of `graph.astream` (messages, updates; subgraphs) to "
        "`append_langgraph_event`; served as a `DataStreamResponse`"
    )
    says: ClassVar = {
        "2": "the helper tells a state, no starts.",
        "2f": "the helper tells a state, no starts.",
        "5": "the callback is one's own: which part goes in is left to it, and each names its node.",
        "8": "nothing is masked.",
        "9b": "what a stopped node had not returned is not stored.",
    }
    remarks: ClassVar = {"10": "from the beginning only: `resume` takes no position.", "11": "its queue has no bound."}

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._state: Any = {"messages": []}

    async def _callback(self, controller: Any) -> None:
        controller.state = {"messages": []}
        modes = ["messages", "updates"]
        stream = self.graph.astream(self.given, self.config, stream_mode=modes, subgraphs=True)
        async for namespace, kind, payload in stream:
            append_langgraph_event(controller.state, namespace, kind, payload)

    def parts(self) -> AsyncIterator[Any]:
        return create_run(self._callback, state={})

    def response(self) -> Response:
        return DataStreamResponse(create_run(self._callback, state={}))

    def note(self, part: Any) -> None:
        if part.type == "error":
            self.seen.end("failed")
            self.seen.error = str(part.error)
        if part.type != "update-state":
            return
        for operation in part.operations:
            self._state = deep_apply(self._state, operation["path"], operation)
        messages = [one for one in self._state.get("messages") or () if one.get("type") == "ai"]
        for message in messages:
            self._show(message)
        self._settle(messages)

    def _settle(self, messages: list[dict[str, Any]]) -> None:
        """What the state holds now of reasoning, usage and calls: a reader draws it anew each time."""
        self.seen.reasoning = "".join(reasoning_of(one) for one in messages)
        self.seen.usage.clear()
        for message in messages:
            self.seen.spend(message.get("usage_metadata"))
            for call in message.get("tool_calls") or ():
                self.seen.calls[call["id"]] = Called(call["name"], told=[call["args"]])

    def _show(self, message: dict[str, Any]) -> None:
        key, text = str(message.get("id")), text_of(message.get("content"))
        before = self.seen.message(key, complete=whole(message.get("response_metadata"))).text
        if text.startswith(before):
            if text != before:
                self.seen.say(key, text[len(before) :])
        else:
            self.seen.replace(key, text)

    async def again(self) -> str | None:
        context = create_resumable_stream_context(store=create_in_memory_resumable_stream_store())

        async def made() -> AsyncIterator[bytes]:
            async for frame in DataStreamEncoder().encode_stream(create_run(self._callback, state={})):
                yield frame.encode()

        self.thread_id += "-again"
        self.config = {"configurable": {"thread_id": self.thread_id}}
        live = [chunk async for chunk in await context.run(self.thread_id, made)]
        resumed = await context.resume(self.thread_id)
        whole = [chunk async for chunk in resumed] if resumed else []
        await asyncio.sleep(0)
        return "" if whole == live else "the second reading differs"
