"""Token counts as providers of chat completions report them, in LangChain's words."""

from collections.abc import Mapping
from typing import Any, cast

from langchain_core.messages import UsageMetadata
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails

from mainstem.models.openai.json_values import mapping


def usage_of(chunk: Mapping[str, Any]) -> UsageMetadata | None:
    """The usage of a chunk or a whole response; `None` when it has none. Groq's older place counts too."""
    counts = mapping(chunk.get("usage")) or mapping(mapping(chunk.get("x_groq")).get("usage"))
    if not counts:
        return None
    into, out = _count(counts, "prompt_tokens"), _count(counts, "completion_tokens")
    usage = UsageMetadata(
        input_tokens=into, output_tokens=out, total_tokens=_count(counts, "total_tokens") or into + out
    )
    read = _details(counts, "prompt_tokens_details", cache_read="cached_tokens", cache_creation="cache_write_tokens")
    if read:
        usage["input_token_details"] = cast("InputTokenDetails", read)
    if written := _details(counts, "completion_tokens_details", reasoning="reasoning_tokens"):
        usage["output_token_details"] = cast("OutputTokenDetails", written)
    return usage


def _details(counts: Mapping[str, Any], key: str, **names: str) -> dict[str, int]:
    given = mapping(counts.get(key))
    names["audio"] = "audio_tokens"
    return {ours: _count(given, theirs) for ours, theirs in names.items() if isinstance(given.get(theirs), int)}


def _count(counts: Mapping[str, Any], key: str) -> int:
    value = counts.get(key)
    return int(value) if isinstance(value, int | float) else 0
