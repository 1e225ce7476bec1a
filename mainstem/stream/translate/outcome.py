"""What came of a run, as far as its state tells: how it ended, its answer, and what it cost."""

from langchain_core.messages.ai import UsageMetadata, add_usage

from ..answer import answer_of, is_candidate
from ..events import Error, HaltReason, RunFinished, Status
from ..finish_reasons import Cut, cut_of
from ..prices import price
from .open_items import OpenMessage
from .state import Bill, RunState

RunEnding = tuple[Status, HaltReason | None, Error | None]


def outcome(state: RunState) -> RunEnding:
    """How a run that raised nothing has ended, and why it was halted."""
    if state.interrupts or state.paused:
        return "interrupted", None, None
    if state.halt_reason:
        return "halted", state.halt_reason, None
    last = _last_answer(state)
    return "truncated" if last and last.from_model and not last.complete else "done", None, None


def run_finished(state: RunState, ending: RunEnding, at: float) -> RunFinished:
    """The last event of a run that ended `at` seconds after its start."""
    status, reason, error = ending
    usage, cost = spent(state)
    cut, word = _cut_by(state) if status == "truncated" else (None, None)
    return RunFinished(
        at=at,
        status=status,
        reason=reason,
        cut=cut,
        finish_reason=word,
        error=error,
        usage=usage,
        cost=cost,
        seconds=at,
    )


def _cut_by(state: RunState) -> tuple[Cut | None, str | None]:
    """How the answer of a truncated run was cut, and the provider's word for it."""
    reason = last.finish_reason if (last := _last_answer(state)) else None
    return cut_of(reason), reason


def _last_answer(state: RunState) -> OpenMessage | None:
    """The latest message that counts as the answer, if there is one."""
    counted = [message for message in state.messages.values() if is_candidate(message)]
    return counted[-1] if counted else None


def answer_text(state: RunState) -> str:
    """The words that a reader takes for the answer: the last that count, before those that come with tool calls."""
    answer = answer_of(state.messages.values())
    return answer.text if answer else ""


def spent(state: RunState) -> tuple[UsageMetadata | None, float | None]:
    """Usage and cost of all model runs; the cost is None when one of them has no known price."""
    bills: list[Bill] = [(m.model, m.provider, m.usage) for m in state.messages.values() if m.from_model]
    bills += state.hidden_usage
    usage: UsageMetadata | None = None
    for _, _, used in bills:
        usage = add_usage(usage, used) if used else usage
    prices = [price(model, provider, used) for model, provider, used in bills]
    known = [amount for amount in prices if amount is not None]
    return usage, sum(known) if len(known) == len(prices) else None
