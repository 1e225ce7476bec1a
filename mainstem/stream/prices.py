"""What a model run costs, from the price list that genai-prices carries (no network)."""

from functools import cache
from threading import Thread
from typing import Any

from langchain_core.messages.ai import UsageMetadata

FREE = frozenset({"mainstem", "extractivemodel", "scriptedmodel"})
"""Providers whose words cost nothing: our own extractive and scripted models, by either name that LangChain gives."""


def load_soon(provider: str | None) -> None:
    """Begin to load the price list, when `provider` has prices: it takes half a second that no stream should wait."""
    if provider and provider not in FREE:
        _load()


@cache
def _load() -> None:
    nothing = UsageMetadata(input_tokens=0, output_tokens=0, total_tokens=0)
    Thread(target=price, args=("any", None, nothing), name="mainstem-prices", daemon=True).start()


def price(model: str | None, provider: str | None, usage: UsageMetadata | None) -> float | None:
    """US dollars of one model run; None when the model, its price or its usage is unknown."""
    if provider in FREE:
        return 0.0
    if not model or not usage:
        return None
    # Imported late: the price list takes longer to load than a run with a free model takes in all.
    from genai_prices import Usage, calc_price

    try:
        return float(calc_price(_bill(Usage, usage), model).total_price)
    except LookupError:
        return None


def _bill(usage_type: Any, usage: UsageMetadata) -> Any:
    details = usage.get("input_token_details") or {}
    return usage_type(
        input_tokens=usage["input_tokens"],
        output_tokens=usage["output_tokens"],
        cache_read_tokens=details.get("cache_read") or None,
        cache_write_tokens=details.get("cache_creation") or None,
    )
