"""Masking what is whole: what a model is given, what tools return, and answers that are not streamed."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage

from .json_masker import JsonMasker
from .mask import Mask
from .masker import Masker
from .placeholders import Placeholders

AS_IT_IS = frozenset(
    ("id", "type", "index", "name", "role", "signature", "thought_signature", "encrypted_content", "mime_type", "data")
)
"""Fields of messages whose text is nobody's words: names, files, and what a provider wants back unchanged."""

JSON_FIELDS = frozenset(("arguments", "args", "partial_json", "input"))
"""Fields of messages whose text is JSON."""

TEXT_BLOCKS = ("text", "output_text")
"""Types of blocks whose `text` is part of a message's words."""

LOGPROBS = "logprobs"
"""Probabilities of tokens: they spell the words, and are left out."""

_SHORTEST_NUMBER = 7
Message = TypeVar("Message", bound=BaseMessage)


def mask_value(value: Any, mask: Mask, placeholders: Placeholders) -> Any:
    """Data or messages, masked: every string, and whole numbers that say what is masked. Equal where nothing is."""
    if isinstance(value, str):
        return value if mask.clear.knows(value) else Masker(mask, placeholders).finish(value)
    if value is None or isinstance(value, float):
        return value
    if isinstance(value, BaseMessage):
        return mask_message(value, mask, placeholders)
    if isinstance(value, dict | Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {mask_value(key, mask, placeholders): mask_value(item, mask, placeholders) for key, item in items}
    if isinstance(value, list | tuple):
        several = [mask_value(item, mask, placeholders) for item in cast("list[Any]", value)]
        return several if isinstance(value, list) else tuple(several)
    if isinstance(value, int) and not isinstance(value, bool):
        written = str(value)
        shown = Masker(mask, placeholders).finish(written) if len(written) >= _SHORTEST_NUMBER else written
        return value if shown == written else shown
    return value


def mask_fields(value: Any, mask: Mask, placeholders: Placeholders, key: Any = None) -> Any:
    """A part of a message, masked: as `mask_value`, but for what is nobody's words."""
    if isinstance(value, str):
        if key in AS_IT_IS:
            return value
        return (JsonMasker if key in JSON_FIELDS else Masker)(mask, placeholders).finish(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {name: mask_fields(item, mask, placeholders, name) for name, item in items}
    if isinstance(value, list):
        return [mask_fields(item, mask, placeholders) for item in cast("list[Any]", value)]
    return value


def mask_given(messages: list[BaseMessage], mask: Mask, placeholders: Placeholders) -> list[BaseMessage]:
    """What a model is asked, masked: questions, results of tools and earlier answers, but not what the system says."""
    for message in messages:
        placeholders.keep_clear_of(message.text)
    return [
        message if isinstance(message, SystemMessage) else mask_message(message, mask, placeholders)
        for message in messages
    ]


def mask_message(message: Message, mask: Mask, placeholders: Placeholders) -> Message:
    """A whole message, masked; the same object where nothing in it is."""
    fields: dict[str, Any] = {"content": _content(message.content, mask, placeholders)}
    if message.additional_kwargs:
        fields["additional_kwargs"] = mask_fields(message.additional_kwargs, mask, placeholders)
    if isinstance(message, ToolMessage) and message.artifact is not None:
        fields["artifact"] = mask_value(message.artifact, mask, placeholders)
    if isinstance(message, AIMessage):
        fields |= _answer_fields(message, mask, placeholders)
    changed = {name: value for name, value in fields.items() if value != getattr(message, name)}
    return message.model_copy(update=changed) if changed else message


def _answer_fields(message: AIMessage, mask: Mask, placeholders: Placeholders) -> dict[str, Any]:
    calls = [{**call, "args": mask_value(call["args"], mask, placeholders)} for call in message.tool_calls]
    invalid = [
        {
            **call,
            "args": JsonMasker(mask, placeholders).finish(call["args"] or ""),
            "error": Masker(mask, placeholders).finish(call["error"] or ""),
        }
        for call in message.invalid_tool_calls
    ]
    told = {key: value for key, value in message.response_metadata.items() if key != LOGPROBS}
    return {"tool_calls": calls, "response_metadata": told} | ({"invalid_tool_calls": invalid} if invalid else {})


def _content(content: Any, mask: Mask, placeholders: Placeholders) -> Any:
    if isinstance(content, str):
        return Masker(mask, placeholders).finish(content)
    words = Masker(mask, placeholders)
    texts = [place for place, block in enumerate(content) if _words_of(block) is not None]
    made: list[Any] = []
    for place, block in enumerate(content):
        said = _words_of(block)
        if said is None:
            made.append(mask_fields(block, mask, placeholders))
            continue
        shown = words.finish(said) if place == texts[-1] else words.push(said)
        made.append(shown if isinstance(block, str) else {**mask_fields(block, mask, placeholders), "text": shown})
    return made


def _words_of(block: Any) -> str | None:
    if isinstance(block, str):
        return block
    text = block.get("text") if block.get("type") in TEXT_BLOCKS else None
    return text if isinstance(text, str) else None
