"""Every fault that the provider can make, by name: for tests of models, and for `mainstem check`."""

from typing import Any

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
    "arguments cut off": [{"tool_chunk": {"index": 0, "id": "call_a", "name": "search", "args": '{"query": "a'}}],
    "mixed arguments": [
        {"tool_chunk": {"index": 0, "id": "call_a", "name": "search", "args": ""}},
        {"tool_chunk": {"index": 0, "id": "call_b", "name": "search", "args": ""}},
        {"tool_chunk": {"index": 0, "args": '{"query": "a"}'}},
        {"tool_chunk": {"index": 0, "args": '{"query": "b"}'}},
    ],
    "refusal": [{"refusal": "I cannot help with that."}, _USAGE],
}
_ODD: dict[str, list[dict[str, Any]]] = {
    "torn characters": [{"torn": "Grüße, 世界 🎉 "}, *_SAID, _USAGE],
    "empty choices": [{"frame": {"id": "x", "object": "chat.completion.chunk", "choices": []}}, *_SAID, _USAGE],
    "two choices": [{"choice": {"index": 1, "text": "Another answer."}}, *_SAID, _USAGE],
    "shared index": [
        {"tool_chunk": {"index": 0, "id": "call_a", "name": "search", "args": '{"query": "a"}'}},
        {"tool_chunk": {"index": 0, "id": "call_b", "name": "search", "args": '{"query": "b"}'}},
    ],
    "no index": [
        {"tool_chunk": {"id": "call_a", "name": "search", "args": '{"query": "a"}'}},
        {"tool_chunk": {"id": "call_b", "name": "search", "args": '{"query": "b"}'}},
    ],
    "large arguments": [{"tool_call": {"name": "search", "args": {"query": "x" * 50_000}, "id": "call_a"}}, _USAGE],
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

BROKEN = {name: WireTurn.model_validate(steps) for name, steps in _BROKEN.items()}
"""Answers that break off, or that end without being whole."""

ODD = {name: WireTurn.model_validate(steps) for name, steps in _ODD.items()} | {
    name: WireTurn.model_validate({"steps": [{"reasoning": "Let me see. "}, *_SAID, _USAGE], "style": style})
    for name, style in _STYLED.items()
}
"""Answers that are whole, in a shape that trips clients up."""

FAULTS = REFUSED | BROKEN | ODD
"""All of them."""
