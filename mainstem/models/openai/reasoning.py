"""Where providers put a model's reasoning. Four spellings are in the wild; all become one string beside the text."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mainstem.models.openai.json_values import items, mapping

_SPELLINGS = ("reasoning_content", "reasoning", "reasoning_details")
_KINDS = ("thinking", "reasoning")
_HOLDERS = ("text", "thinking", "reasoning", "summary", "content")


class TextAndReasoning(NamedTuple):
    """What one delta says to the reader, and what it says of the model's thoughts."""

    text: str
    reasoning: str


def split_reasoning(delta: Mapping[str, Any]) -> TextAndReasoning:
    """The text and the reasoning of one delta (or of a whole message, which has the same shape).

    Some providers send one thought in two spellings at once: the first that says something counts.
    """
    text, thought = _content(delta.get("content"))
    spelled = (_joined(delta[key]) for key in _SPELLINGS if delta.get(key))
    return TextAndReasoning(text, next(filter(None, spelled), thought))


def _content(content: Any) -> TextAndReasoning:
    if isinstance(content, str):
        return TextAndReasoning(content, "")
    text, thought = "", ""
    for part in items(content):
        if str(mapping(part).get("type")).startswith(_KINDS):
            thought += _joined(part)
        else:
            text += _joined(part)
    return TextAndReasoning(text, thought)


def _joined(value: Any) -> str:
    """The text in a string, a typed part, or a list of them. What is encrypted says nothing to a reader."""
    if isinstance(value, str):
        return value
    part = mapping(value)
    inner = next((part[key] for key in _HOLDERS if part.get(key)), None)
    return _joined(inner) if inner else "".join(map(_joined, items(value)))
