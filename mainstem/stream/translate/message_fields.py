"""Read a message the same way whether it is LangChain's object or the dict that a server sent."""

import json
from collections.abc import Mapping
from typing import Any, cast

from ..finish_reasons import REFUSAL, is_whole

_FINISH_KEYS = ("finish_reason", "stop_reason", "stopReason", "done_reason")


def field(message: Any, name: str) -> Any:
    """A field of a message object or of its dict form; None when absent."""
    if isinstance(message, dict):
        return cast("dict[str, Any]", message).get(name)
    return getattr(message, name, None)


def text_of(message: Any) -> str:
    """The text of a message: its string content, or its text blocks joined."""
    content = field(message, "content")
    if isinstance(content, str):
        return content
    blocks: list[Any] = content or []
    return "".join(_block_text(block) for block in blocks)


def _block_text(block: Any) -> str:
    if isinstance(block, str):
        return block
    if isinstance(block, dict):
        block = cast("dict[str, Any]", block)
        if block.get("type") in ("text", "output_text"):
            return str(block.get("text") or "")
        if block.get("type") == REFUSAL:
            return str(block.get("refusal") or "")
    return ""


def reasoning_of(message: Any) -> str:
    """The reasoning that a message or chunk carries, in whichever of the usual places."""
    extra = cast("dict[str, Any]", field(message, "additional_kwargs") or {})
    said = extra.get("reasoning_content") or extra.get("reasoning")
    if isinstance(said, str):
        return said
    content = field(message, "content")
    if not isinstance(content, list):
        return ""
    return "".join(_block_reasoning(block) for block in cast("list[Any]", content))


def _block_reasoning(block: Any) -> str:
    if not isinstance(block, dict):
        return ""
    block = cast("dict[str, Any]", block)
    if block.get("type") not in ("reasoning", "thinking"):
        return ""
    direct = block.get("reasoning") or block.get("thinking") or block.get("text")
    if isinstance(direct, str):
        return direct
    summary = cast("list[dict[str, Any] | str]", block.get("summary") or [])
    return "".join(str(part.get("text") or "") for part in summary if isinstance(part, dict))


def finish_reason_of(message: Any) -> str | None:
    """Why the provider stopped, in its own word; None when it did not say. A refusal is one, whatever it is called."""
    reason = _reason(message)
    return REFUSAL if is_whole(reason) and refuses(message) else reason


def refuses(message: Any) -> bool:
    """Whether a message or chunk says that the model declines."""
    extra = cast("dict[str, Any]", field(message, "additional_kwargs") or {})
    content: Any = field(message, "content")
    blocks = cast("list[Any]", content) if isinstance(content, list) else []
    return bool(extra.get("refusal")) or any(field(block, "type") == REFUSAL for block in blocks)


def _reason(message: Any) -> str | None:
    meta = cast("Mapping[str, Any]", field(message, "response_metadata") or {})
    for key in _FINISH_KEYS:
        if meta.get(key):
            return str(meta[key])
    status = meta.get("status")
    if status == "incomplete":
        details = cast("Mapping[str, Any]", meta.get("incomplete_details") or {})
        return str(details.get("reason") or "incomplete")
    return "stop" if status == "completed" else None


def model_of(message: Any, meta: Mapping[str, Any]) -> str | None:
    """The model's name, as the provider or LangChain tells it."""
    said = cast("Mapping[str, Any]", field(message, "response_metadata") or {})
    name = said.get("model_name") or said.get("model") or meta.get("ls_model_name")
    return str(name) if name else None


def tool_calls_of(message: Any) -> list[dict[str, Any]]:
    """The complete tool calls of a message, each with `id`, `name` and `args`."""
    return list(field(message, "tool_calls") or [])


def shortened(value: Any, limit: int = 200) -> str:
    """`value` in at most `limit` characters without a line break."""
    text = value if isinstance(value, str) else _json(value)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):
        return str(value)


def node_of(meta: Mapping[str, Any]) -> str | None:
    """The node's name; what LangGraph runs to handle a node's error belongs to that node."""
    name = meta.get("langgraph_node")
    return name.removeprefix("__error_handler__") if isinstance(name, str) else None


def tasks_of(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """The task ids in a checkpoint namespace such as `outer:1|inner:2`, outermost first."""
    path = str(meta.get("langgraph_checkpoint_ns") or meta.get("checkpoint_ns") or "")
    return tuple(task for step in path.split("|") if (task := step.rpartition(":")[2]))


def task_of(meta: Mapping[str, Any]) -> str | None:
    """The innermost of them."""
    return (tasks_of(meta) or (None,))[-1]
