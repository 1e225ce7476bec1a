"""`mainstem.watch`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from starlette.responses import Response, StreamingResponse

from benchmarks.truth.cases import Case
from benchmarks.truth.peers.base import InProcess
from mainstem import laws, watch
from mainstem.stream import events as e
from mainstem.stream.run import Run


class Ours(InProcess):
    """The events of a run, by the same adapter as everybody's; `laws.check` is asked beside it."""

    name = "mainstem"
    packages = ("mainstem", "langgraph", "langchain-openai")
    how = "`watch(graph, …, answer_nodes=…)`; stopped with `run.stop()`"
    says: ClassVar = {
        "8": "nothing is masked in a foreign graph.",
    }

    remarks: ClassVar = {
        "9b": "with a checkpointer, as here; without one there is no thread to keep.",
        "11": "that memory is bounded is tested elsewhere, not here.",
    }

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._run: Any = None
        self._events: list[Any] = []

    def _watched(self) -> Run:
        nodes = self.case.answer_nodes or None
        self._run = watch(self.graph, self.given, config=self.config, answer_nodes=nodes)
        return self._run

    def parts(self) -> AsyncIterator[Any]:
        return aiter(self._watched())

    def response(self) -> Response:
        async def lines() -> AsyncIterator[bytes]:
            async for event in self._watched():
                yield e.encode(event) + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def stop(self, reading: asyncio.Task[None]) -> None:
        await self._run.stop()

    def note(self, part: Any) -> None:
        seen = self.seen
        self._events.append(part)
        seen.numbers.append(part.seq)
        match part:
            case e.NodeStarted() | e.ToolStarted() | e.MessageStarted():
                seen.start(_thing(part))
            case e.NodeFinished() | e.ToolFinished() | e.MessageFinished():
                seen.finish(_thing(part))
            case e.RunFinished():
                self._end(part)
            case _:
                pass
        self._words(part)

    def _words(self, part: Any) -> None:
        seen = self.seen
        match part:
            case e.MessageStarted():
                seen.message(part.message_id, node=part.node, answer=part.answer)
            case e.MessageDelta():
                seen.say(part.message_id, part.text, part.n, node=part.node)
            case e.MessageReasoning():
                seen.reasoning += part.text
            case e.MessageSuperseded():
                seen.message(part.message_id, withdrawn=True)
            case e.MessageFinished():
                seen.message(part.message_id, complete=part.complete)
                seen.spend(part.usage)
            case e.ToolArguments():
                seen.call(part.tool_call_id, part.name, part.text)
            case e.ToolStarted():
                seen.call(part.tool_call_id, part.name, args=part.args)
            case _:
                pass

    def _end(self, part: e.RunFinished) -> None:
        self.seen.end(part.status)
        self.seen.error = f"{part.error.type}: {part.error.sentence}" if part.error else ""
        whole = part.usage or {"input_tokens": 0, "output_tokens": 0}
        told = self.seen.usage["in"], self.seen.usage["out"]
        if told != (whole["input_tokens"], whole["output_tokens"]):
            self.seen.odd.append(("3u", f"the messages' tokens {told} are not the run's"))

    async def stored(self) -> tuple[list[Any], bool]:
        if self._run is not None:
            await self._run.result()
        messages, pending = await super().stored()
        self._check(messages)
        return messages, pending

    async def again(self) -> str | None:
        live = [e.encode(event) for event in self._events]
        whole = [line async for line in self._run.lines()]
        rest = [line async for line in self._run.lines(len(live) // 2)]
        if whole != live:
            return "the second reading differs"
        return "" if rest == live[len(live) // 2 - 1 :] else "the reading from the middle differs"

    def _check(self, messages: list[Any]) -> None:
        """What our own checker finds counts against us too, where the whole stream was read."""
        if not self._events or not isinstance(self._events[-1], e.RunFinished):
            return
        report = laws.check(self._events, messages=messages, answer_nodes=self.case.answer_nodes or None)
        self.seen.odd += [("9b" if law.number == 9 else str(law.number), law.where) for law in report.broken]


def _thing(part: Any) -> str:
    if isinstance(part, e.MessageStarted | e.MessageFinished):
        return f"message {part.message_id}"
    if isinstance(part, e.ToolStarted | e.ToolFinished):
        return f"tool {part.tool_call_id}"
    return f"node {part.task_id or part.node}"
