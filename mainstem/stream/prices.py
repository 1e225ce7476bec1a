"""What a model run costs: by the setting `prices`, else by the list that genai-prices carries (no network)."""

import asyncio
from functools import cache
from threading import Thread
from typing import Any

from langchain_core.messages.ai import UsageMetadata

from ..settings import chosen

FREE = frozenset({"mainstem", "extractivemodel", "scriptedmodel"})
"""Providers whose words cost nothing: our own extractive and scripted models, by either name that LangChain gives."""


def load_soon(provider: str | None) -> None:
    """Begin to load the price list, when `provider` has prices: it takes half a second that no stream should wait."""
    if provider and provider not in FREE:
        _load()


@cache
def _load() -> None:
    _loader.start()


async def load() -> None:
    """Load the price list now, without holding the event loop up: `price` then knows what there is to know."""
    _load()
    await loaded()


async def loaded() -> None:
    """Wait until a price list that has begun to load is there."""
    if _loader.is_alive():
        await asyncio.to_thread(_loader.join)


def price(model: str | None, provider: str | None, usage: UsageMetadata | None) -> float | None:
    """US dollars of one model run; None when the model, its price or its usage is unknown, or not known yet."""
    if model and usage and (own := _own(model)):
        return (usage["input_tokens"] * own[0] + usage["output_tokens"] * own[1]) / 1e6
    if provider in FREE:
        return 0.0
    if not model or not usage:
        return None
    if _loader.is_alive():
        return None  # while the list loads, a look into it would hold the event loop up
    return _price(model, usage)


def price_per_token(model: str | None, provider: str | None) -> tuple[float, float] | None:
    """US dollars for a token of input and of output, by what a thousand cost; None where `price` is."""
    read = price(model, provider, UsageMetadata(input_tokens=1000, output_tokens=0, total_tokens=1000))
    written = price(model, provider, UsageMetadata(input_tokens=0, output_tokens=1000, total_tokens=1000))
    return None if read is None or written is None else (read / 1000, written / 1000)


def _own(model: str) -> tuple[float, float] | None:
    """US dollars for a million tokens of input and of output, as this run's settings say."""
    settings = chosen()
    return settings.prices.get(model) if settings else None


def _price(model: str, usage: UsageMetadata) -> float | None:
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


_NOTHING = UsageMetadata(input_tokens=0, output_tokens=0, total_tokens=0)
_loader = Thread(target=_price, args=("any", _NOTHING), name="mainstem-prices", daemon=True)

loading = _loader.is_alive
"""Whether the price list has begun to load and is not there yet."""
