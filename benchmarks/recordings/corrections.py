"""Where the oracle is wrong: checked by hand, told by what is in the recording and not by its name."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks.recordings.fields import CHAT_COUNTS, Said, call, counts
from benchmarks.recordings.rows import Row
from mainstem.models.openai.json_values import mapping, mappings


class Correction(NamedTuple):
    """A kind of recording that the oracle misreads, and what stands there instead."""

    why: str
    read: Callable[[Row, Said], Said]
    """The fields that the oracle has wrong, as they are; empty when this is no such recording."""


def deltas(row: Row) -> Iterator[dict[str, Any]]:
    """The deltas of the first choice."""
    for payload in row.payloads:
        for choice in mappings(payload.get("choices")):
            if not choice.get("index"):
                yield mapping(choice.get("delta"))


def glued_calls(row: Row, oracle: Said) -> Said:
    """Cerebras sends whole calls under one index, and each is a call of its own."""
    sent = [mapping(one.get("function")) for delta in deltas(row) for one in mappings(delta.get("tool_calls"))]
    whole = [(one.get("name"), _object(one.get("arguments"))) for one in sent]
    if len(whole) <= len(oracle.get("tool_calls", [])) or not all(name and args is not None for name, args in whole):
        return {}
    return {"tool_calls": [call(None, name, args) for name, args in whole]}


def _object(text: Any) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "{}")
    except (TypeError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def listed_content(row: Row, oracle: Said) -> Said:
    """Mistral and others mix strings and lists of typed parts in `content`; the text parts are the text."""
    contents = [delta.get("content") for delta in deltas(row)]
    if not any(isinstance(content, list) for content in contents):
        return {}
    texts = [
        one if isinstance(one, str) else "".join(str(part.get("text") or "") for part in mappings(one))
        for one in contents
        if one
    ]
    return {"content": "".join(texts)}


def stated_usage(row: Row, oracle: Said) -> Said:
    """Usage was stated, under `x_groq` or before chunks that have none; the oracle keeps only the last chunk's."""
    stated = [mapping(one.get("usage")) or mapping(mapping(one.get("x_groq")).get("usage")) for one in row.payloads]
    last = next(filter(None, reversed(stated)), None)
    return {} if oracle["usage"] or last is None else {"usage": counts(last, CHAT_COUNTS)}


HAND_CHECKED = (
    Correction("the oracle glues whole calls that share an index into one", glued_calls),
    Correction("the oracle loses the text parts of a content that is a list", listed_content),
    Correction("the oracle loses a usage that no later chunk repeats, or that stands in x_groq", stated_usage),
)
