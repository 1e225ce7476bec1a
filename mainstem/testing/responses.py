"""A turn as the Responses interface tells it: its events, and the whole response."""

import time
from collections.abc import Callable, Generator, Iterator
from typing import Any
from uuid import uuid4

from mainstem.models.scripted import script as base
from mainstem.models.scripted.script import Step
from mainstem.models.stemming import word_pieces
from mainstem.testing import common
from mainstem.testing import script as wire
from mainstem.testing.actions import DropConnection, HangConnection, Pause, WireAction, Write, event
from mainstem.testing.script import Style, WireTurn

_CUT = {"length": "max_output_tokens", "content_filter": "content_filter"}
_ENDS = (base.EarlyEnd, base.Fault, wire.Drop, wire.Hang, wire.ErrorObject, wire.Status)


class ResponsesPlayer:
    """Plays one turn as a stream of `response.*` events. Fragments of tool calls and further choices have none."""

    def __init__(self, turn: WireTurn, style: Style, model: str) -> None:
        self._turn = turn
        self._style = style
        self._model = model
        self._serial = uuid4().hex[:16]
        self._sequence = 0
        self._output: list[dict[str, Any]] = []

    def actions(self) -> Iterator[WireAction]:
        """The stream, from `response.created` to `response.completed`, as far as the turn lets it come."""
        if refused := common.refused(self._turn):
            yield refused
            return
        if not any(isinstance(step, wire.Raw) for step in self._turn.steps):
            yield self._event("response.created", response=self._response("in_progress"))
        for step in self._turn.steps:
            if isinstance(step, base.Finish):
                break
            yield from self._step(step)
            if isinstance(step, _ENDS):
                return
        if not any(isinstance(step, wire.Raw) for step in self._turn.steps):
            yield from self._close()
            status = self._status()
            yield self._event(f"response.{status}", response=self._response(status))

    def whole(self) -> Any:
        """The same answer as one response object, once all of `actions` was taken; or what stands in its place."""
        instead = common.instead(self._turn)
        return self._response(self._status()) if instead is None else instead

    def _step(self, step: Step) -> Iterator[WireAction]:
        match step:
            case base.Text() | base.WordByWord() | wire.Torn():
                yield from self._text(step)
            case base.Reasoning():
                yield from self._reasoning(step.reasoning)
            case base.ToolCall():
                yield from self._call(step.tool_call)
            case wire.Refusal():
                yield from self._refusal(step.refusal)
            case base.Sleep():
                yield Pause(step.sleep)
            case _:
                yield from self._fault(step)

    def _fault(self, step: Step) -> Iterator[WireAction]:
        match step:
            case wire.Frame():
                yield Write(event(step.frame, self._style.newline), paced=True)
            case wire.Raw():
                yield Write(step.raw.encode(), paced=True)
            case wire.Malformed():
                yield Write(event(step.malformed, self._style.newline), paced=True)
            case wire.Comment():
                yield Write(f": {step.comment}{self._style.newline * 2}".encode())
            case wire.ErrorObject():
                error = {"code": "server_error", "message": "scripted", **step.error_object}
                yield self._event("response.failed", response={**self._response("failed"), "error": error})
            case base.Fault():
                yield self._event("error", code="server_error", message=step.error, param=None)
            case wire.Drop():
                half = event({"type": "response.output_text.delta", "delta": step.drop}) if step.drop else b""
                yield from [Write(half[: len(half) // 2], alone=True), DropConnection()]
            case wire.Hang():
                yield HangConnection()
            case _:
                pass

    def _text(self, step: Step) -> Iterator[WireAction]:
        at, item = yield from self._open("message")
        delay = step.delay if isinstance(step, base.WordByWord) else 0.0
        for piece in word_pieces(common.text_of(step)) if isinstance(step, base.WordByWord) else [common.text_of(step)]:
            if delay:
                yield Pause(delay)
            item["content"][0]["text"] += piece
            made = self._event("response.output_text.delta", **at, content_index=0, delta=piece, logprobs=[])
            yield from common.torn(made.data) if isinstance(step, wire.Torn) else [made]

    def _reasoning(self, text: str) -> Iterator[WireAction]:
        at, item = yield from self._open("reasoning")
        if not item["summary"]:
            item["summary"].append({"type": "summary_text", "text": ""})
            yield self._event(
                "response.reasoning_summary_part.added", **at, summary_index=0, part=dict(item["summary"][0])
            )
        item["summary"][0]["text"] += text
        yield self._event("response.reasoning_summary_text.delta", **at, summary_index=0, delta=text)

    def _call(self, call: base.ScriptedCall) -> Iterator[WireAction]:
        yield from self._close()
        identity = common.identity(call, self._serial, len(self._output))
        at, item = yield from self._open("function_call", call_id=identity, name=call.name, arguments="")
        for piece in common.arguments(call):
            item["arguments"] += piece
            yield self._event("response.function_call_arguments.delta", **at, delta=piece)

    def _refusal(self, text: str) -> Iterator[WireAction]:
        at, item = yield from self._open("message")
        item["content"] = [{"type": "refusal", "refusal": text}]
        yield self._event("response.refusal.delta", **at, content_index=0, delta=text)
        yield self._event("response.refusal.done", **at, content_index=0, refusal=text)

    def _open(self, kind: str, **more: Any) -> Generator[WireAction, None, tuple[dict[str, Any], dict[str, Any]]]:
        """The output item that this step goes on with, or a new one; with it, where it stands."""
        if not self._output or self._output[-1]["type"] != kind or self._output[-1]["status"] != "in_progress":
            yield from self._close()
            item = _ITEMS[kind]() | {"id": f"{kind}_{self._serial}_{len(self._output)}", "status": "in_progress"} | more
            self._output.append(item)
            yield self._event("response.output_item.added", output_index=len(self._output) - 1, item=_empty(item))
        item = self._output[-1]
        return {"item_id": item["id"], "output_index": len(self._output) - 1}, item

    def _close(self) -> Iterator[WireAction]:
        """Ends the last output item, if one is open."""
        if not self._output or self._output[-1]["status"] != "in_progress":
            return
        item, index = self._output[-1], len(self._output) - 1
        item["status"] = "completed"
        at = {"item_id": item["id"], "output_index": index}
        if item["type"] == "function_call":
            yield self._event("response.function_call_arguments.done", **at, arguments=item["arguments"])
        elif item["type"] == "message" and item["content"][0]["type"] == "output_text":
            text = item["content"][0]["text"]
            yield self._event("response.output_text.done", **at, content_index=0, text=text, logprobs=[])
        yield self._event("response.output_item.done", output_index=index, item=dict(item))

    def _event(self, kind: str, **fields: Any) -> Write:
        data = {"type": kind, "sequence_number": self._sequence, **fields}
        self._sequence += 1
        made = event(data, self._style.newline, kind, comment=self._style.comments)
        return Write(made, paced=kind.endswith(".delta"))

    def _status(self) -> str:
        reason = common.finish_reason(self._turn)
        return "incomplete" if reason in _CUT else "completed"

    def _response(self, status: str) -> dict[str, Any]:
        counts = common.usage(self._turn)
        reason = _CUT.get(common.finish_reason(self._turn) or "") if status == "incomplete" else None
        usage = {
            "input_tokens": counts["input"],
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": counts["output"],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": counts["input"] + counts["output"],
        }
        return {
            "id": f"resp_{self._serial}",
            "object": "response",
            "created_at": int(time.time()),
            "status": status,
            "error": None,
            "incomplete_details": {"reason": reason} if reason else None,
            "instructions": None,
            "metadata": {},
            "model": self._model,
            "output": [dict(item) for item in self._output],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": None if status == "in_progress" else usage,
        }


def _message() -> dict[str, Any]:
    part = {"type": "output_text", "text": "", "annotations": list[Any](), "logprobs": list[Any]()}
    return {"type": "message", "role": "assistant", "content": [part]}


def _reasoning() -> dict[str, Any]:
    return {"type": "reasoning", "summary": []}


def _function_call() -> dict[str, Any]:
    return {"type": "function_call"}


_ITEMS: dict[str, Callable[[], dict[str, Any]]] = {
    "message": _message,
    "reasoning": _reasoning,
    "function_call": _function_call,
}


def _empty(item: dict[str, Any]) -> dict[str, Any]:
    """An item as it is announced: without what comes later."""
    return {**item, "content": []} if item["type"] == "message" else dict(item)
