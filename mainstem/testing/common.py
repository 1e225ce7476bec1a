"""What both interfaces of the provider say of a turn in the same way."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from mainstem.models.scripted import script as base
from mainstem.models.scripted.script import Step, Turn
from mainstem.testing import script as wire
from mainstem.testing.actions import Refuse, WireAction, Write, refusal

_PIECES = 64
_SHORTEST_PIECE = 16


def steps(turn: Turn) -> Sequence[Step]:
    """The steps of a turn, those of the wire among them."""
    return turn.steps


def usage(turn: Turn) -> dict[str, int]:
    """The token counts that the turn's last `usage` step states; one output token a chunk when it has none."""
    stated = [step.usage for step in steps(turn) if isinstance(step, base.Usage)]
    if stated:
        return {"input": int(stated[-1]["input_tokens"]), "output": int(stated[-1]["output_tokens"])}
    return {"input": 1, "output": max(1, len(steps(turn)))}


def finish_reason(turn: Turn) -> str | None:
    """Why the turn ends: what it says itself, `None` when it closes early, else `tool_calls` or `stop`."""
    if any(isinstance(step, base.EarlyEnd | wire.Drop | wire.Hang) for step in steps(turn)):
        return None
    said = next((step.finish for step in steps(turn) if isinstance(step, base.Finish)), None)
    return said or (
        "tool_calls" if any(isinstance(step, base.ToolCall | base.ToolChunk) for step in steps(turn)) else "stop"
    )


def arguments(call: base.ScriptedCall) -> list[str]:
    """The JSON of a call's arguments, in the pieces in which it is streamed."""
    text = json.dumps(call.args, ensure_ascii=False)
    size = max(_SHORTEST_PIECE, len(text) // _PIECES)
    return [text[start : start + size] for start in range(0, len(text), size)]


def refused(turn: Turn) -> Refuse | None:
    """The HTTP error that a turn begins with, if it does."""
    first = next((step for step in steps(turn) if not isinstance(step, base.Sleep | base.Identity)), None)
    if isinstance(first, base.Fault):
        headers = {} if first.retry_after is None else {"retry-after": _seconds(first.retry_after)}
        return refusal(503 if first.retryable else 400, first.error, headers=headers)
    if not isinstance(first, wire.Status):
        return None
    headers = {} if first.retry_after is None else {"retry-after": _seconds(first.retry_after)}
    made = refusal(first.status, first.message, first.code, headers)
    return made if first.body is None else Refuse(first.status, first.body, headers)


def instead(turn: Turn) -> Any:
    """What a whole answer holds in place of an answer: an `error` object, text that is no JSON, or `None`."""
    for step in steps(turn):
        match step:
            case wire.ErrorObject():
                return {"error": step.error_object}
            case base.Fault():
                return {"error": {"message": step.error, "type": "server_error", "code": None}}
            case wire.Malformed():
                return step.malformed
            case _:
                pass
    return None


def _seconds(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def torn(data: bytes) -> Iterator[WireAction]:
    """Writes that cut `data` inside each of its characters of several bytes."""
    start = 0
    for end, byte in enumerate(data):
        if byte & 0xC0 == 0x80:
            yield Write(data[start:end], alone=True)
            start = end
    yield Write(data[start:], paced=True, alone=True)


def answer(turn: Turn, serial: str) -> dict[str, Any]:
    """A turn in one piece: `text`, `reasoning`, `refusal` and `calls`, for answers that are not streamed."""
    said: dict[str, Any] = {"text": "", "reasoning": "", "refusal": "", "calls": list[dict[str, Any]]()}
    for step in steps(turn):
        match step:
            case base.Reasoning():
                said["reasoning"] += step.reasoning
            case wire.Refusal():
                said["refusal"] += step.refusal
            case base.ToolCall():
                call = step.tool_call
                said["calls"].append(_whole(identity(call, serial, len(said["calls"])), call.name, arguments(call)))
            case base.ToolChunk():
                _go_on(said["calls"], step.tool_chunk)
            case _:
                said["text"] += text_of(step)
    return said


def _whole(identity: str | None, name: str | None, args: Sequence[str]) -> dict[str, Any]:
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": "".join(args)}}


def _go_on(calls: list[dict[str, Any]], fragment: base.Fragment) -> None:
    if fragment.name or not calls:
        calls.append(_whole(fragment.id, fragment.name, [fragment.args or ""]))
    else:
        calls[-1]["function"]["arguments"] += fragment.args or ""


def text_of(step: Step) -> str:
    """The text of a step that has some."""
    match step:
        case base.Text():
            return step.text
        case base.WordByWord():
            return step.words
        case wire.Torn():
            return step.torn
        case _:
            return ""


def identity(call: base.ScriptedCall, serial: str, number: int) -> str:
    """A call's id: its own, or one that no other answer has."""
    return call.id or f"call_{serial}_{number}"
