"""Where a chunk grows the answer, and whether that is all it does."""

from collections.abc import Mapping
from typing import Any, cast

from mainstem.models.openai.json_values import mapping

TextSlot = tuple[dict[str, Any], str]
"""An object of a chunk, and the key in it whose text (or list of log probabilities) goes on in the next chunk."""

TEXTS = frozenset({"content", "reasoning_content", "reasoning"})
"""The keys of a delta itself whose texts grow."""

_SAME = frozenset({"role"})
_DELTAS = frozenset(
    f"response.{what}.delta"
    for what in (
        "output_text",
        "refusal",
        "function_call_arguments",
        "custom_tool_call_input",
        "reasoning_text",
        "reasoning_summary_text",
    )
)
"""Events of the Responses interface whose `delta` is a text that goes on."""
_ABOUT_EVENT = frozenset(
    {"type", "delta", "item_id", "output_index", "content_index", "summary_index", "sequence_number", "obfuscation"}
)
_ABOUT_CHOICE = frozenset({"index", "delta", "content_filter_results", "logprobs"})
_ABOUT_CALL = frozenset({"index", "id", "type", "function"})
_ABOUT_DETAIL = frozenset({"index", "id", "type", "format", "text"})


def growing_texts(chunk: Mapping[str, Any]) -> list[TextSlot]:
    """The texts that a chunk adds; none when it says anything else too, which must not be lost by joining."""
    if chunk.get("usage") or chunk.get("error"):
        return []
    if "type" in chunk:
        return _of_event(chunk)
    choice = _single(chunk.get("choices"))
    delta = choice.get("delta")
    if not isinstance(delta, dict) or not _only(choice, _ABOUT_CHOICE):
        return []
    spots = _of_delta(cast("dict[str, Any]", delta))
    return _with_logprobs(spots, choice["logprobs"]) if choice.get("logprobs") and spots else spots


def _with_logprobs(spots: list[TextSlot], logprobs: Any) -> list[TextSlot]:
    """The texts, and the list of log probabilities beside them; none when these say anything else."""
    said = mapping(logprobs)
    if not isinstance(said.get("content"), list) or not _only(said, frozenset({"content"})):
        return []
    return [*spots, (said, "content")]


def _of_event(event: Mapping[str, Any]) -> list[TextSlot]:
    """The text of an event of the Responses interface."""
    text = event.get("delta")
    grows = event["type"] in _DELTAS and type(text) is str and text and _only(event, _ABOUT_EVENT)
    return [(cast("dict[str, Any]", event), "delta")] if grows else []


def _of_delta(delta: dict[str, Any]) -> list[TextSlot]:
    spots: list[TextSlot] = []
    for key, value in delta.items():
        if not value or key in _SAME:
            continue
        if key in TEXTS and type(value) is str:
            spots.append((delta, key))
        elif spot := _OF[key](value) if key in _OF else None:
            spots.append(spot)
        else:
            return []
    return spots


def _of_call(calls: Any) -> TextSlot | None:
    """The arguments of the one call that goes on here; a fragment with a name may begin another."""
    call = _single(calls)
    function = call.get("function")
    if not isinstance(function, dict) or not _only(call, _ABOUT_CALL):
        return None
    function = cast("dict[str, Any]", function)
    arguments = function.get("arguments")
    alone = type(arguments) is str and arguments and not any(v for k, v in function.items() if k != "arguments")
    return (function, "arguments") if alone else None


def _of_detail(details: Any) -> TextSlot | None:
    detail = _single(details)
    text = detail.get("text")
    return (detail, "text") if type(text) is str and text and _only(detail, _ABOUT_DETAIL) else None


_OF = {"tool_calls": _of_call, "reasoning_details": _of_detail}


def _single(things: Any) -> dict[str, Any]:
    """The object in a list of one; else an empty one."""
    listed = cast("list[Any]", things) if isinstance(things, list) else []
    return cast("dict[str, Any]", listed[0]) if len(listed) == 1 and isinstance(listed[0], dict) else {}


def _only(thing: Mapping[str, Any], known: frozenset[str]) -> bool:
    """Whether all else that `thing` holds is empty."""
    for key, value in thing.items():  # no generator: this is asked for every chunk  # noqa: SIM110
        if value and key not in known:
            return False
    return True
