"""What a stream says, field by field, in the same words for whoever reads it."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from mainstem.models.openai.json_values import mapping

Said = dict[str, Any]
"""What a stream says: field → value, in the same words for both sides."""


def call(identity: Any, name: Any, args: Any) -> Said:
    """One tool call; arguments that are JSON count as what they mean."""
    if isinstance(args, str):
        with suppress(ValueError):  # cut off: then the letters count
            args = json.loads(args or "{}")
    return {"id": identity or None, "name": name, "args": args}


OUR_COUNTS = {
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "total": ("total_tokens",),
    "cached": ("input_token_details", "cache_read"),
    "reasoning": ("output_token_details", "reasoning"),
}
CHAT_COUNTS = {
    "input": ("prompt_tokens",),
    "output": ("completion_tokens",),
    "total": ("total_tokens",),
    "cached": ("prompt_tokens_details", "cached_tokens"),
    "reasoning": ("completion_tokens_details", "reasoning_tokens"),
}
RESPONSES_COUNTS = {
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "total": ("total_tokens",),
    "cached": ("input_tokens_details", "cached_tokens"),
    "reasoning": ("output_tokens_details", "reasoning_tokens"),
}


def counts(usage: Any, names: Mapping[str, tuple[str, ...]]) -> Said:
    """Token counts; one that is not stated is left out."""
    found: Said = {}
    for name, path in names.items():
        value: Any = usage
        for key in path:
            value = mapping(value).get(key)
        if isinstance(value, int):
            found[name] = value
    return found
