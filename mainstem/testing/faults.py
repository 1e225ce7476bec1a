"""Every fault that the provider can make, by name: for tests of models, and for `mainstem check`."""

import json
from collections.abc import Sequence
from typing import Any

from mainstem.testing.offered import SEARCH, Offered
from mainstem.testing.script import Style, WireTurn

TEXT = "The answer is forty-two, and that is all there is to say."
"""What a turn of the catalogue says, as far as its fault lets it."""

_SAID: list[dict[str, Any]] = [{"words": TEXT}]
_HALF: list[dict[str, Any]] = [{"words": "The answer is forty-two, "}]
_USAGE: dict[str, Any] = {"usage": {"input_tokens": 9, "output_tokens": 12}}

_REFUSED: dict[str, list[dict[str, Any]]] = {
    "bad request": [{"status": 400, "message": "Invalid value for 'temperature'."}],
    "wrong key": [{"status": 401, "message": "Incorrect API key provided.", "code": "invalid_api_key"}],
    "unknown model": [{"status": 404, "message": "The model does not exist.", "code": "model_not_found"}],
    "rate limit": [{"status": 429, "message": "Rate limit reached.", "code": "rate_limit_exceeded", "retry_after": 1}],
    "no quota": [{"status": 429, "message": "You exceeded your current quota.", "code": "insufficient_quota"}],
    "server error": [{"status": 500, "message": "The server had an error."}],
    "overloaded": [{"status": 503, "message": "Overloaded.", "retry_after": 1}],
}
_BROKEN: dict[str, list[dict[str, Any]]] = {
    "stall": [*_HALF, {"hang": True}],
    "silence": [{"hang": True}],
    "drop at once": [{"drop": ""}],
    "drop mid-token": [*_HALF, {"drop": "and that is"}],
    "early end": [*_HALF, {"end": True}],
    "empty stream": [{"raw": ""}],
    "error object": [
        *_HALF,
        {"error_object": {"message": "The model crashed.", "type": "server_error", "code": "502"}},
    ],
    "malformed JSON": [*_HALF, {"malformed": '{"choices": [{"delta": {"content": "and'}],
    "length": [*_HALF, _USAGE, {"finish": "length"}],
    "refusal": [{"refusal": "I cannot help with that."}, _USAGE],
}


def _fragment(call: str, name: str, args: str) -> dict[str, Any]:
    return {"tool_chunk": {"index": 0, "id": call, "name": name, "args": args}}


def _rest(args: str) -> dict[str, Any]:
    return {"tool_chunk": {"index": 0, "args": args}}


def _bare(call: str, name: str, args: str) -> dict[str, Any]:
    return {"tool_chunk": {"id": call, "name": name, "args": args}}


def _broken_calls(tool: Offered) -> dict[str, list[dict[str, Any]]]:
    """Calls of `tool` whose arguments never come whole."""
    name, a, b = tool.name, _written(tool, "a"), _written(tool, "b")
    return {
        "arguments cut off": [_fragment("call_a", name, a[: max(1, len(a) - 2)])],
        "mixed arguments": [_fragment("call_a", name, ""), _fragment("call_b", name, ""), _rest(a), _rest(b)],
    }


def _odd_calls(tool: Offered) -> dict[str, list[dict[str, Any]]]:
    """Whole calls of `tool`, oddly told."""
    name, a, b = tool.name, _written(tool, "a"), _written(tool, "b")
    large = {"name": name, "args": tool.args("x" * 50_000), "id": "call_a"}
    return {
        "shared index": [_fragment("call_a", name, a), _fragment("call_b", name, b)],
        "no index": [_bare("call_a", name, a), _bare("call_b", name, b)],
        "large arguments": [{"tool_call": large}, _USAGE],
    }


def _written(tool: Offered, text: str) -> str:
    return json.dumps(tool.args(text), ensure_ascii=False)


def _odd(said: Sequence[Any]) -> dict[str, list[Any]]:
    """An answer that is whole, and begins oddly."""
    return {
        "torn characters": [{"torn": "Grüße, 世界 🎉 "}, *said],
        "empty choices": [{"frame": {"id": "x", "object": "chat.completion.chunk", "choices": []}}, *said],
        "two choices": [{"choice": {"index": 1, "text": "Another answer."}}, *said],
    }


_STYLED: dict[str, Style] = {
    "CRLF": Style(newline="\r\n"),
    "comments": Style(comments=True),
    "no DONE": Style(done=False),
    "cumulative usage": Style(usage="cumulative"),
    "no usage": Style(usage="none"),
    "reasoning_content": Style(reasoning="reasoning_content"),
    "reasoning": Style(reasoning="reasoning"),
    "reasoning_details": Style(reasoning="reasoning_details"),
    "reasoning in content": Style(reasoning="content"),
}

REFUSED = {name: WireTurn.model_validate(steps) for name, steps in _REFUSED.items()}
"""Answers that are an HTTP error."""


def broken(tool: Offered = SEARCH) -> dict[str, WireTurn]:
    """Answers that break off, or that end without being whole; where they call a tool, this one."""
    return {name: WireTurn.model_validate(steps) for name, steps in (_BROKEN | _broken_calls(tool)).items()}


def odd(said: Sequence[Any] = (*_SAID, _USAGE), tool: Offered = SEARCH) -> dict[str, WireTurn]:
    """Answers that are whole, in a shape that trips clients up: the steps `said`, or calls of `tool`."""
    made = {name: WireTurn.model_validate(steps) for name, steps in (_odd(said) | _odd_calls(tool)).items()}
    thought = [{"reasoning": "Let me see. "}, *said]
    return made | {name: WireTurn.model_validate({"steps": thought, "style": style}) for name, style in _STYLED.items()}


BROKEN = broken()
"""Answers that break off, or that end without being whole."""

ODD = odd()
"""Answers that are whole, in a shape that trips clients up."""

FAULTS = REFUSED | BROKEN | ODD
"""All of them, with a tool that is called `search`."""
