"""What is masked, decided by people, refused, and spent."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from ..budget import Budget
from ..policy import Policy
from ..trust import NeedsTrust, masks_secrets


class SafetySettings(BaseSettings):
    """What is masked, decided by people, refused, and spent."""

    mask: Annotated[str, NeedsTrust(masks_secrets, "if secrets are not masked")] = Field(
        default="secrets",
        description="What is masked in answers, reasoning, calls, results of tools, questions and logs, with commas: "
        "secrets, email, card, iban, us_ssn, national_id, ip, phone; or all, or off.",
    )
    mask_patterns: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="Patterns of your own to mask (Python's re), by the name that is shown instead, as a JSON object: "
        '{"ticket": "TICKET-[0-9]+"}.',
    )
    mask_words: dict[str, list[str]] = Field(
        default_factory=dict[str, list[str]],
        description="Words and phrases to mask, by the name that is shown instead, as a JSON object: "
        '{"customer": ["Acme Ltd"]}.',
    )
    approvals: Annotated[dict[str, Literal["always", "never"]], NeedsTrust()] = Field(
        default_factory=dict[str, Literal["always", "never"]],
        description="Tools before whose calls a person is always or never asked, whatever they say themselves, as a "
        'JSON object: {"save_note": "never"}.',
    )
    approval_hours: float | None = Field(
        default=None,
        gt=0,
        le=87_600,
        description="Hours within which a call has to be decided on; after them it is rejected, whatever is decided. "
        "Unset: for ever.",
    )
    policies: list[Policy] = Field(
        default_factory=list[Policy],
        description="What may not be asked, and not be said: a JSON list of rules with name, words, patterns, kinds "
        "(code, sql, links), confidence or scores, on (output, input, both), action (halt, mask, review) and says: "
        '[{"name": "rival", "words": ["Acme Ltd"], "says": "I do not speak of others."}].',
    )
    read_only: bool = Field(
        default=False, description="Whether tools that change something are neither offered to a model nor run."
    )
    budget: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="US dollars that one run may cost; beyond it the run ends as halted (reason: budget). Where the "
        "price of a model is not known, nothing is asked before MAINSTEM_PRICES or MAINSTEM_BUDGET_TOKENS is set.",
    )
    budget_tokens: int | None = Field(
        default=None,
        ge=0,
        description="Tokens, of input and of output, that one run may use; beyond it the run ends as halted "
        "(reason: budget).",
    )
    budget_seconds: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="Seconds that one run may take, from its graph's start."
    )
    budget_tool_calls: int | None = Field(default=None, ge=0, description="Tool calls that one run may make.")
    budget_turns: int | None = Field(default=None, ge=0, description="Times that one run may ask a model.")
    budget_thread: Budget | None = Field(
        default=None,
        description="What all runs of a thread may spend together, as a JSON object of cost (US dollars), tokens, "
        'seconds, tool_calls and turns: {"cost": 2}.',
    )
    budget_user: Budget | None = Field(
        default=None,
        description="What all runs of a user may spend together, in the same form; the tag user of a run says whose "
        "it is.",
    )

    @property
    def run_budget(self) -> Budget:
        """What one run may spend."""
        return Budget(
            tokens=self.budget_tokens,
            cost=self.budget,
            seconds=self.budget_seconds,
            tool_calls=self.budget_tool_calls,
            turns=self.budget_turns,
        )
