"""What a run spends, held against its budgets: reserved before a model's turn, counted as it streams, settled after.

An `Account` is what is spent of one budget: a run's own, or one that several runs draw on. A `Spending` is a run: it
charges all of its accounts, and halts when something does not fit into one of them. A delta is counted when it comes,
and is not shown where it does not fit. Each other stream is taken to have one delta more on its way, so that however
many there are, what came is over the limit by one delta at most.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple

from langchain_core.messages.ai import UsageMetadata

from ..budget import Budget, shown
from .errors import MainstemError, UnknownPrice
from .prices import price, price_per_token

WARN_AT = 0.8
"""The share of a budget at which people are warned."""

CHARS_A_TOKEN = 4
"""Characters that are reckoned as a token, where nobody has counted."""

ROUNDING = 1e-9
"""What sums of dollars and seconds may be off by."""

Amounts = defaultdict[str, float]
"""What is spent, by unit."""

Say = Callable[[str, str], None]
"""Tells people: the rule (`run.tokens`), and a line."""


class BudgetSpent(MainstemError):
    """A budget has too little left for what was to be done."""


class Account:
    """What is spent of one budget. `whose`: `run`, `thread` or `user`."""

    def __init__(self, whose: str, budget: Budget, spent: Mapping[str, float] | None = None) -> None:
        self.whose = whose
        self.limits = budget.limits
        self.spent = Amounts(float, spent or {})
        self.coming = Amounts(float)
        """The price of one delta more of each stream."""

    def lacks(self, wanted: Mapping[str, float], *, coming: Mapping[str, float] | None = None) -> str | None:
        """The unit of which too little is left for `wanted`; `coming`: what other streams may bring meanwhile."""
        for unit, limit in self.limits.items():
            amount = wanted.get(unit, 0.0)
            due = self.spent[unit] + amount + (coming or {}).get(unit, 0.0)
            used_up = self.spent[unit] > limit or (unit in wanted and self.spent[unit] >= limit > 0)
            if used_up or (amount and due > limit + ROUNDING):
                return unit
        return None

    def refusal(self, unit: str) -> str:
        """That a unit lacks, for people."""
        limit, spent = shown(unit, self.limits[unit]), shown(unit, self.spent[unit])
        return f"The {self.whose}'s budget of {limit} does not allow what comes next: {spent} spent so far."


class PricePerToken(NamedTuple):
    """US dollars for a token of input and of output."""

    input: float
    output: float


@dataclass(slots=True)
class _Turn:
    """A model's turn that goes on: what was reckoned of it so far."""

    price: PricePerToken | None
    tokens: int
    """Of its prompt."""
    chars: int = 0
    arrivals: int = 0
    output: int = 0
    """Tokens of what came."""
    largest: int = 1
    """Tokens of its largest delta."""

    @property
    def reckoned(self) -> float:
        """US dollars."""
        return self.tokens * self.price.input + self.output * self.price.output if self.price else 0.0


class Spending:
    """What one run spends. `halt` is called once, when something does not fit; `warn` at 80 % of each limit.

    `changed` is called when what is to be kept has changed.
    """

    def __init__(
        self, accounts: Iterable[Account], halt: Say, warn: Say, changed: Callable[[], None] = lambda: None
    ) -> None:
        self.accounts = tuple(accounts)
        self.total = Amounts(float)
        """What this run has spent, as far as it is known."""
        self.over = False
        self.error: MainstemError | None = None
        """What a model or a tool was cancelled for that is not async."""
        self._halt = halt
        self._warn = warn
        self._changed = changed
        self._turns: dict[str, _Turn] = {}
        self._warned: set[str] = set()

    @property
    def so_far(self) -> dict[str, Any]:
        """What deltas tell of it."""
        told: dict[str, Any] = {"spent_tokens": int(self.total["tokens"])}
        return told | {"spent_cost": round(self.total["cost"], 9)} if self.limits_cost else told

    @property
    def limits_cost_alone(self) -> bool:
        """Whether a budget limits what is paid and not how many tokens: it needs prices."""
        return any("cost" in account.limits and "tokens" not in account.limits for account in self.accounts)

    @property
    def limits_cost(self) -> bool:
        """Whether a budget limits what is paid."""
        return any("cost" in account.limits for account in self.accounts)

    @property
    def look_in(self) -> float | None:
        """Seconds until the next limit of time, or the warning before it; None where there is no such limit."""
        limited = [(each.limits["seconds"], each.spent["seconds"]) for each in self._timed]
        return min((_until(limit, spent) for limit, spent in limited), default=None)

    @property
    def _timed(self) -> list[Account]:
        return [account for account in self.accounts if "seconds" in account.limits]

    def refusal(self, tokens: int = 0, model: str | None = None, provider: str | None = None) -> str:
        """Why a model's turn with a prompt of so many tokens does not fit; empty where it does."""
        wanted = self._wanted(tokens, self._price(model, provider))
        lacking = self._lacking(wanted)
        return lacking[0].refusal(lacking[1]) if lacking else ""

    def begin(self, turn: str, tokens: int, model: str | None, provider: str | None) -> None:
        """Reserve a model's turn: its prompt, and a first token. Raises `BudgetSpent`, `UnknownPrice`."""
        known = self._price(model, provider)
        if known is None and self.limits_cost_alone:
            raise UnknownPrice(f"The budget cannot be held: the price of {model or 'the model'!r} is not known.")
        wanted = self._wanted(tokens, known)
        self._require(wanted)
        begun = self._turns[turn] = _Turn(known, tokens)
        self._spend({"turns": 1, "tokens": begun.tokens, "cost": begun.reckoned})
        self._expect(begun, 1)
        self._changed()

    def arrived(self, turn: str, text: str, n: int = 1) -> None:
        """Count a delta that came, of `n` arrivals. Raises `BudgetSpent` where it does not fit: show it to nobody."""
        going = self._turns.get(turn)
        if going is None or not text:
            return
        going.chars += len(text)
        going.arrivals += n
        tokens = max(going.arrivals, ceil(going.chars / CHARS_A_TOKEN)) - going.output
        if tokens <= 0:
            return
        wanted = _priced(tokens, going.price)
        self._expect(going, -going.largest)  # what it was expected to bring has come
        going.largest = max(going.largest, tokens)
        lacking = self._lacking(wanted, coming=True)
        going.output += tokens
        self._spend(wanted)
        self._expect(going, going.largest)
        if lacking:
            self._refuse(*lacking)

    def end(
        self,
        turn: str,
        usage: UsageMetadata | None = None,
        model: str | None = None,
        provider: str | None = None,
        *,
        written: int = 0,
    ) -> None:
        """Settle a turn: what its provider told takes the place of what was reckoned.

        `written`: the characters of its words, for a provider that tells nothing.
        """
        going = self._turns.pop(turn, None)
        if going is None:
            return
        self._expect(going, -going.largest)
        if usage:
            paid = price(model, provider, usage)
            paid = _paid(going.price, usage) if paid is None else paid
            self._spend({"tokens": usage["total_tokens"] - going.tokens - going.output, "cost": paid - going.reckoned})
        elif written > going.chars:
            self._spend(_priced(ceil((written - going.chars) / CHARS_A_TOKEN), going.price))
        self._changed()

    def tool(self) -> None:
        """A tool is called. Raises `BudgetSpent`."""
        self._require({"tool_calls": 1})
        self._spend({"tool_calls": 1})
        self._changed()

    def passed(self, seconds: float) -> None:
        """So many seconds of the run have passed, all in all: it halts where they are too many."""
        self._spend({"seconds": seconds - self.total["seconds"]})
        for account in self._timed:
            if account.spent["seconds"] >= account.limits["seconds"]:
                self._over(account, "seconds")

    def _price(self, model: str | None, provider: str | None) -> PricePerToken | None:
        if not self.limits_cost:
            return None
        known = price_per_token(model, provider)
        return PricePerToken(*known) if known else None

    def _wanted(self, tokens: int, known: PricePerToken | None) -> dict[str, float]:
        cost = tokens * known.input + known.output if known else 0.0
        return {"turns": 1, "tokens": tokens + 1, "cost": cost}

    def _lacking(self, wanted: Mapping[str, float], *, coming: bool = False) -> tuple[Account, str] | None:
        for account in self.accounts:
            if unit := account.lacks(wanted, coming=account.coming if coming else None):
                return account, unit
        return None

    def _require(self, wanted: Mapping[str, float]) -> None:
        if self.over:
            raise BudgetSpent("The run is over its budget.")
        if lacking := self._lacking(wanted, coming=True):
            self._refuse(*lacking)

    def _refuse(self, account: Account, unit: str) -> None:
        self._over(account, unit)
        raise BudgetSpent(account.refusal(unit))

    def _over(self, account: Account, unit: str) -> None:
        if not self.over:
            self.over = True
            self._halt(f"{account.whose}.{unit}", account.refusal(unit))

    def _spend(self, amounts: Mapping[str, float]) -> None:
        for unit, amount in amounts.items():
            self.total[unit] += amount
            for account in self.accounts:
                account.spent[unit] += amount
                if unit in account.limits:
                    self._look(account, unit)

    def _look(self, account: Account, unit: str) -> None:
        """Warn once where most of a budget is used."""
        limit, rule = account.limits[unit], f"{account.whose}.{unit}"
        if account.spent[unit] < WARN_AT * limit or rule in self._warned or not limit:
            return
        self._warned.add(rule)
        share = min(account.spent[unit] / limit, 1)
        said = f"{share:.0%} of the {account.whose}'s budget of {shown(unit, limit)} is used"
        self._warn(rule, f"{said} ({shown(unit, account.spent[unit])}).")

    def _expect(self, turn: _Turn, tokens: int) -> None:
        """So many tokens more, or fewer, are taken to be on their way."""
        for unit, amount in _priced(tokens, turn.price).items():
            for account in self.accounts:
                account.coming[unit] += amount


def _priced(tokens: int, known: PricePerToken | None) -> dict[str, float]:
    return {"tokens": tokens, "cost": tokens * known.output} if known else {"tokens": tokens}


def _until(limit: float, spent: float) -> float:
    """Seconds until most of a limit is spent; after that, until all of it is."""
    return max(limit * WARN_AT - spent, 0.0) or max(limit - spent, 0.0)


def _paid(known: PricePerToken | None, usage: UsageMetadata) -> float:
    return usage["input_tokens"] * known.input + usage["output_tokens"] * known.output if known else 0.0


_spending: ContextVar[Spending | None] = ContextVar("mainstem_spending", default=None)


def run_spending() -> Spending | None:
    """What the run that this code is part of spends; None where it has no budget, or is not watched in this process."""
    return _spending.get()


def use_spending(spending: Spending) -> None:
    """Make it the one that this task, and the tasks it starts, are part of."""
    _spending.set(spending)
