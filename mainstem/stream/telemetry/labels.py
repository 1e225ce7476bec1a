"""What spans are called and keyed by, and which ends are failures."""

import json

from ..events import RunFinished, ToolStarted
from .chat import ChatCall

ROOT = "run"
"""The key of a run's own span."""

RETRIEVERS = frozenset({"retrieve", "retriever", "retrieval"})
"""Nodes whose work is a retrieval, as well as those whose names end with Retriever."""


def is_retrieval(node: str | None) -> bool:
    """Whether a node of this name retrieves."""
    return (node or "").lower() in RETRIEVERS or (node or "").endswith("Retriever")


def tool_key(started: ToolStarted) -> str:
    """The key of a tool call's span."""
    return f"tool:{started.seq}"


def run_error(event: RunFinished) -> str | None:
    """What failed, in a word; None: nothing did."""
    if event.status == "failed":
        return event.error.type if event.error else "failed"
    return "truncated" if event.broken else None


def output_messages(text: str, call: ChatCall) -> str:
    """The words of a turn as `gen_ai.output.messages` has them."""
    reason = call.finished.finish_reason if call.finished else None
    said = {"role": "assistant", "parts": [{"type": "text", "content": text}], "finish_reason": reason or "unknown"}
    return json.dumps([said], ensure_ascii=False)
