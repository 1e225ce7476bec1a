"""Whether a budget can be held: what no price is known of would never reach it."""

from langchain_core.messages.ai import UsageMetadata

from mainstem.models.registry import DEFAULT_OPENAI_MODEL, default
from mainstem.settings import Settings, use
from mainstem.stream.errors import UnknownPrice
from mainstem.stream.prices import load, price

_ONE = UsageMetadata(input_tokens=1, output_tokens=1, total_tokens=2)


async def check_budget(settings: Settings) -> None:
    """Return when each budget of `settings` can be held for each of its models. Raises `UnknownPrice`."""
    held = {
        "MAINSTEM_BUDGET": settings.run_budget,
        "MAINSTEM_BUDGET_THREAD": settings.budget_thread,
        "MAINSTEM_BUDGET_USER": settings.budget_user,
    }
    by_price = [name for name, budget in held.items() if budget and budget.cost is not None and budget.tokens is None]
    for name in paid(settings) if by_price else ():
        await load()
        if _price(name, settings) is None:
            raise UnknownPrice(f"{by_price[0]} cannot be held: {_said(name)}.")


def paid(settings: Settings) -> list[str]:
    """The models that these settings may ask and that may cost something, by their provider's names for them.

    Empty for one without a name: the first that a server lists.
    """
    named = [name.strip().partition(":") for name in (default(settings), *settings.fallbacks)]
    unnamed = "" if settings.openai_base_url else DEFAULT_OPENAI_MODEL
    return [argument or unnamed for kind, _, argument in named if kind not in ("extractive", "scripted")]


def dearest(usage: UsageMetadata, settings: Settings) -> float:
    """US dollars for `usage` with the dearest of the models that may be asked; 0 where no price is known."""
    with use(settings):
        return max((price(name, None, usage) or 0.0 for name in paid(settings)), default=0.0)


def _price(name: str, settings: Settings) -> float | None:
    with use(settings):
        return price(name, None, _ONE)


def _said(name: str) -> str:
    if name:
        return f"the price of {name!r} is not known"
    return "the model has no name to find a price by (write it as openai:NAME)"
