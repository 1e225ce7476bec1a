"""What may be spent: by one run, or by all runs of a thread or of a user together."""

from dataclasses import dataclass, fields
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

Count = Annotated[int, Field(ge=0, strict=True)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]

SHOWN = {
    "tokens": "{:,.0f} tokens",
    "cost": "${:,.4g}",
    "seconds": "{:,.4g} seconds",
    "tool_calls": "{:,.0f} tool calls",
    "turns": "{:,.0f} model turns",
}
"""How an amount is written for people, by its unit."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits; None: no limit. Raises `ValueError` for one below zero."""

    tokens: Count | None = None
    """Tokens of input and of output."""
    cost: Amount | None = None
    """US dollars."""
    seconds: Amount | None = None
    """Seconds that runs take; waiting for a person's decision is not counted."""
    tool_calls: Count | None = None
    """Tool calls that are begun."""
    turns: Count | None = None
    """Calls of models."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        """Look at the limits."""
        for unit, limit in self.limits.items():
            if isinstance(limit, bool) or not 0 <= limit < float("inf"):
                raise ValueError(f"A budget's {unit} is a number of 0 or more, not {limit}.")

    @property
    def limits(self) -> dict[str, float]:
        """The limits that there are, by unit."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {unit: limit for unit, limit in given.items() if limit is not None}


def shown(unit: str, amount: float) -> str:
    """An amount as people read it."""
    return SHOWN[unit].format(amount)
