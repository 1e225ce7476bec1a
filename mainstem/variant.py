"""A variant: settings that some runs take in place of the usual ones, and which runs those are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from .budget import Budget

BASELINE = "baseline"
"""What runs are tagged with that take the usual settings while there are variants."""

VARIANT = "variant"
"""The tag that says which variant a run has taken."""

SHADOW_OF = "shadow_of"
"""The tag of a shadow run: the run that it stands beside."""

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Settings under a name, and the runs that take them. Raises `ValueError` for what cannot be rolled out."""

    name: str
    """What the runs that take it are tagged with: `variant=NAME`."""
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Settings by their names, in place of the usual ones: `{"model": "openai:gpt-5.4-mini"}`."""
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Fields of the graph's run-scoped context, in place of those that a run is given: for a graph of your own."""
    share: Share = 0.0
    """The share of threads whose runs take it, from 0 to 1; a thread stays with it, also while the share grows."""
    users: tuple[str, ...] = ()
    """Users (the tag `user`) whose runs take it, too."""
    roles: tuple[str, ...] = ()
    """Roles of users whose runs take it, too."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """Tags, each of which lets a run take it, too."""
    shadow: bool = False
    """Whether it answers beside the usual settings, once they have answered, and is never shown. It calls nothing that
    changes something. With the bundled agent only."""
    budget: Budget | None = None
    """What all shadow runs of this name may spend together; needed for a shadow."""
    max_broken: Share | None = None
    """The share of its latest runs whose stream may break; beyond it, new runs take `fall_back`."""
    max_first_token: Annotated[float, Field(gt=0)] | None = None
    """Seconds that the median first token of its latest runs may take; beyond them, new runs take `fall_back`."""
    fall_back: str = BASELINE
    """The variant that is proven, and is taken instead; `baseline`: the usual settings."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        """Look whether it can be rolled out."""
        if not self.name.strip() or self.name == BASELINE:
            raise ValueError(f"a variant needs a name of its own, not {self.name!r}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"the share of the variant {self.name!r} is between 0 and 1, not {self.share}")
        if self.shadow and not (self.budget and self.budget.limits):
            raise ValueError(f'the shadow {self.name!r} needs a budget, such as {{"cost": 5}}: its runs cost money')
        if self.fall_back == self.name:
            raise ValueError(f"the variant {self.name!r} cannot fall back on itself")


def check_variants(variants: list[Variant]) -> None:
    """Raise `ValueError` for a name that is given twice, and for one that is fallen back on and not there."""
    names = [variant.name for variant in variants]
    for variant in variants:
        if names.count(variant.name) > 1:
            raise ValueError(f"there are two variants {variant.name!r}")
        if variant.fall_back not in (BASELINE, *names):
            raise ValueError(f"the variant {variant.name!r} falls back on {variant.fall_back!r}, which is not there")


VARIED = frozenset({
    "budget", "budget_seconds", "budget_tokens", "budget_tool_calls", "budget_turns", "checker", "checker_timeout",
    "coalesce", "fallbacks", "instructions", "max_attempts", "max_retry_after", "max_steps", "model",
    "model_connect_timeout", "model_first_token_timeout", "model_token_timeout", "model_turn_timeout", "openai_api",
    "openai_base_url", "read_only", "repair", "retry_seconds", "stream", "summary_parallel", "window_tokens",
})  # fmt: skip
"""The settings that a variant may change: those that each run reads for itself."""
