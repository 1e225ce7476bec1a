"""What is expected of a recording: the oracle's reading of a chat stream, a Responses stream's own last event."""

from typing import Any

from benchmarks.recordings.fields import CHAT_COUNTS, RESPONSES_COUNTS, Said, call, counts
from benchmarks.recordings.rows import Row
from mainstem.models.openai.json_values import mapping, mappings


def by_oracle(row: Row) -> Said:
    """What expected.jsonl says of a chat stream."""
    oracle = row.oracle or {}
    said: Said = {"usage": counts(oracle.get("usage"), CHAT_COUNTS)}
    for choice in mappings(oracle.get("choices")):
        made = [call(o.get("id"), o.get("name"), o.get("arguments")) for o in mappings(choice.get("tool_calls"))]
        one = {"content": choice.get("content") or "", "finish_reason": choice.get("finish_reason"), "tool_calls": made}
        if choice.get("index"):
            said[f"choice {choice['index']}"] = one
        else:
            said |= {**one, "refusal": choice.get("refusal") or ""}
    if oracle.get("error"):
        said["status"] = "failed"
    return said


ENDS = {"response.completed": "completed", "response.incomplete": "incomplete", "response.failed": "failed"}


def by_last_event(row: Row) -> Said:
    """What a Responses stream says of itself: the event that ends it (the first, where two were recorded as one)."""
    end = next((one for one in row.payloads if one.get("type") in ENDS), None)
    if end is None:
        return {"status": "failed" if any(one.get("type") == "error" for one in row.payloads) else None}
    response = mapping(end.get("response"))
    if ENDS[end["type"]] == "failed":
        return {"status": "failed"}
    parts = [part for item in mappings(response.get("output")) for part in _parts(item)]
    return {
        "content": "".join(str(part.get("text") or "") for part in parts if part.get("type") == "output_text"),
        "tool_calls": [made for item in mappings(response.get("output")) if (made := _call_of(item))],
        "usage": counts(response.get("usage"), RESPONSES_COUNTS),
        "status": ENDS[end["type"]],
    }


def _parts(item: dict[str, Any]) -> list[dict[str, Any]]:
    return mappings(item.get("content")) if item.get("type") == "message" else []


def _call_of(item: dict[str, Any]) -> Said | None:
    if item.get("type") == "function_call":
        return call(item.get("call_id"), item.get("name"), item.get("arguments"))
    if item.get("type") == "custom_tool_call":  # LangChain's name for the one argument of a free-form call
        return call(item.get("call_id"), item.get("name"), {"__arg1": item.get("input")})
    return None
