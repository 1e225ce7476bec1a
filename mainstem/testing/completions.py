"""A turn as chat completions: the chunks of a stream, and the whole answer."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from mainstem.models.scripted import script as base
from mainstem.models.scripted.script import Step
from mainstem.models.stemming import word_pieces
from mainstem.testing import common
from mainstem.testing import script as wire
from mainstem.testing.actions import DropConnection, HangConnection, Pause, WireAction, Write, event
from mainstem.testing.script import Style, WireTurn


class CompletionsPlayer:
    """Plays one turn as a stream of `chat.completion.chunk` events."""

    def __init__(self, turn: WireTurn, style: Style, model: str) -> None:
        self._turn = turn
        self._serial = uuid4().hex[:16]
        self._style = style
        self._usage = common.usage(turn)
        self._sent = 0
        self._calls = 0
        self._head = {
            "id": f"chatcmpl-{self._serial}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": model,
        }

    def actions(self) -> Iterator[WireAction]:
        """The stream, from the role to `[DONE]`, as far as the turn lets it come."""
        if refused := common.refused(self._turn):
            yield refused
            return
        if not _verbatim(self._turn):
            yield self._write({"role": "assistant", "content": ""}, paced=False)
        for step in self._turn.steps:
            if isinstance(step, base.Finish):
                break
            yield from self._step(step)
            if isinstance(step, base.EarlyEnd | base.Fault | wire.Drop | wire.Hang | wire.ErrorObject | wire.Status):
                return
        yield from self._ending()

    def whole(self) -> Any:
        """The same answer as one `chat.completion` object, or what stands in its place."""
        if (instead := common.instead(self._turn)) is not None:
            return instead
        said = common.answer(self._turn, self._serial)
        message: dict[str, Any] = {"role": "assistant", "content": said["text"] or None}
        if said["reasoning"]:
            thought = self._thought(said["reasoning"])
            in_content = [*thought.pop("content", []), {"type": "text", "text": said["text"]}]
            message |= thought or {"content": in_content}
        if said["refusal"]:
            message["refusal"] = said["refusal"]
        if said["calls"]:
            message["tool_calls"] = said["calls"]
        choice = {"index": 0, "message": message, "finish_reason": common.finish_reason(self._turn)}
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": self._counts(self._usage["output"]),
        }

    def _step(self, step: Step) -> Iterator[WireAction]:
        match step:
            case base.Text():
                yield self._write({"content": step.text})
            case base.WordByWord():
                yield from self._words(step)
            case base.Reasoning():
                yield self._write(self._thought(step.reasoning))
            case base.ToolCall():
                yield from self._call(step.tool_call)
            case base.ToolChunk():
                yield self._write({"tool_calls": [_fragment(step.tool_chunk)]})
            case base.Sleep():
                yield Pause(step.sleep)
            case wire.Refusal():
                yield self._write({"refusal": step.refusal})
            case wire.Choice():
                yield self._write({"content": step.choice.text}, index=step.choice.index, finish=step.choice.finish)
            case _:
                yield from self._fault(step)

    def _fault(self, step: Step) -> Iterator[WireAction]:
        match step:
            case wire.Frame():
                yield self._event(step.frame)
            case wire.Raw():
                yield Write(step.raw.encode(), paced=True)
            case wire.Comment():
                yield Write(f": {step.comment}{self._style.newline * 2}".encode())
            case wire.Malformed():
                yield self._event(step.malformed)
            case wire.ErrorObject():
                yield self._event({"error": step.error_object})
            case base.Fault():
                yield self._event({"error": {"message": step.error, "type": "server_error", "code": None}})
            case wire.Torn():
                yield from common.torn(self._write({"content": step.torn}).data)
            case wire.Drop():
                half = self._write({"content": step.drop}).data if step.drop else b""
                yield from [Write(half[: len(half) // 2], alone=True), DropConnection()]
            case wire.Hang():
                yield HangConnection()
            case _:
                pass  # usage, id and end say nothing of their own on this wire

    def _words(self, step: base.WordByWord) -> Iterator[WireAction]:
        for piece in word_pieces(step.words):
            if step.delay:
                yield Pause(step.delay)
            yield self._write({"content": piece})

    def _call(self, call: base.ScriptedCall) -> Iterator[WireAction]:
        index, self._calls = self._calls, self._calls + 1
        head = {
            "id": common.identity(call, self._serial, index),
            "type": "function",
            "function": {"name": call.name, "arguments": ""},
        }
        yield self._write({"tool_calls": [{"index": index, **head}]})
        for piece in common.arguments(call):
            yield self._write({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})

    def _ending(self) -> Iterator[WireAction]:
        if _verbatim(self._turn):
            return
        yield self._write({}, finish=common.finish_reason(self._turn), paced=False)
        if self._style.usage == "last":
            counts = self._counts(self._usage["output"])
            yield self._event({**self._head, "choices": [], "usage": counts}, paced=False)
        if self._style.done:
            yield self._event("[DONE]", paced=False)

    def _write(self, delta: dict[str, Any], *, index: int = 0, finish: str | None = None, paced: bool = True) -> Write:
        choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}
        chunk: dict[str, Any] = {**self._head, "choices": [choice]}
        if self._style.usage == "cumulative":
            self._sent += paced
            chunk["usage"] = self._counts(self._usage["output"] if finish else min(self._sent, self._usage["output"]))
        return self._event(chunk, paced=paced)

    def _event(self, data: Any, *, paced: bool = True) -> Write:
        return Write(event(data, self._style.newline, comment=self._style.comments), paced=paced)

    def _counts(self, output: int) -> dict[str, int]:
        into = self._usage["input"]
        return {"prompt_tokens": into, "completion_tokens": output, "total_tokens": into + output}

    def _thought(self, text: str) -> dict[str, Any]:
        match self._style.reasoning:
            case "reasoning_details":
                return {"reasoning_details": [{"type": "reasoning.text", "text": text, "index": 0}]}
            case "content":
                return {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]}
            case spelling:
                return {spelling: text}


def _fragment(fragment: base.Fragment) -> dict[str, Any]:
    """A tool call's fragment with only the parts that it has."""
    given = fragment.model_dump(exclude_none=True)
    function = {theirs: given.pop(ours) for ours, theirs in (("name", "name"), ("args", "arguments")) if ours in given}
    return {**given, "function": function}


def _verbatim(turn: WireTurn) -> bool:
    """Whether the turn is all raw bytes, a recording: nothing is put around it."""
    return any(isinstance(step, wire.Raw) for step in turn.steps)
