"""The objects of OpenAI's Responses: a response, and the items of its output. Pure."""

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages.ai import UsageMetadata

from mainstem.stream.events import Citation
from mainstem.stream.transcript import Result

from ..completion import finish_reason, passage_url, run_summary
from ..errors import JsonObject
from .request import PREFIX, ResponseOptions

SERVER = "mainstem"
"""The server of the agent's tools, as OpenAI calls whose tools a response uses."""

INCOMPLETE = {"length": "max_output_tokens", "stop": "max_output_tokens", "content_filter": "content_filter"}
"""Why a response is incomplete, by the word of chat completions."""


def message_item(key: str) -> JsonObject:
    """A message, before its first word."""
    return {"id": f"msg_{key}", "type": "message", "role": "assistant", "status": "in_progress", "content": []}


def text_part(text: str = "", annotations: Sequence[JsonObject] = ()) -> JsonObject:
    """The words of a message."""
    return {"type": "output_text", "text": text, "annotations": list(annotations), "logprobs": []}


def reasoning_item(key: str, text: str = "") -> JsonObject:
    """What a model thought; `text`: all of it, once it is over."""
    content = [{"type": "reasoning_text", "text": text}] if text else []
    return {"id": f"rs_{key}", "type": "reasoning", "summary": [], "content": content}


def call_item(key: str, name: str, args: Any) -> JsonObject:
    """A call of a tool of ours, before its end."""
    shown = {"id": key, "type": "mcp_call", "server_label": SERVER, "name": name, "arguments": json.dumps(args)}
    return {**shown, "status": "in_progress", "output": None, "error": None, "approval_request_id": None}


def approval_item(key: str, name: str, args: Any) -> JsonObject:
    """A call that a person is asked to approve."""
    return {
        "id": key,
        "type": "mcp_approval_request",
        "server_label": SERVER,
        "name": name,
        "arguments": json.dumps(args),
    }


def annotation(cited: Citation, address: str) -> JsonObject:
    """A source, with where in the message's words it is cited; `address`: where the client reaches this server."""
    return {
        "type": "url_citation",
        "start_index": cited.answer_start or 0,
        "end_index": cited.answer_end or 0,
        "title": cited.document,
        "url": passage_url(cited, address),
    }


def response(run_id: str, options: ResponseOptions, output: Sequence[JsonObject], **more: Any) -> JsonObject:
    """A response as far as it is."""
    return {
        "id": PREFIX + run_id,
        "object": "response",
        "created_at": options.created,
        "model": options.model,
        "output": list(output),
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "temperature": None,
        "top_p": None,
        **(options.echo or {}),
        **more,
    }


def ending(result: Result, cut: str | None) -> JsonObject:
    """What a response says of its end; `cut`: how its last message was cut, in the words of chat completions."""
    told: JsonObject = {"usage": _usage(result.usage), "mainstem": run_summary(result)}
    if result.status == "failed":
        message = result.error.sentence if result.error else "The run failed."
        limited = result.error is not None and result.error.type == "RateLimitedError"
        error = {"code": "rate_limit_exceeded" if limited else "server_error", "message": message}
        return {"status": "failed", "error": error, **told}
    if result.status in ("done", "interrupted"):
        return {"status": "completed", **told}
    return {
        "status": "incomplete",
        "incomplete_details": {"reason": INCOMPLETE[finish_reason(result, cut)]},
        **told,
    }


def _usage(counted: UsageMetadata | None) -> JsonObject | None:
    if counted is None:
        return None
    read, thought = counted.get("input_token_details", {}), counted.get("output_token_details", {})
    return {
        "input_tokens": counted["input_tokens"],
        "input_tokens_details": {
            "cached_tokens": read.get("cache_read", 0),
            "cache_write_tokens": read.get("cache_creation", 0),
        },
        "output_tokens": counted["output_tokens"],
        "output_tokens_details": {"reasoning_tokens": thought.get("reasoning", 0)},
        "total_tokens": counted["total_tokens"],
    }
