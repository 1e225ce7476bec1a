"""How a run ended, in one line for people."""

from typing import TYPE_CHECKING

from mainstem.stream import finish_reasons
from mainstem.text import failure_text

if TYPE_CHECKING:
    from mainstem.stream.transcript import Result

HALTS = {
    "policy": "a rule refused it",
    "budget": "its budget is used up; MAINSTEM_BUDGET, and the settings beside it, say how much that is",
    "steps": "it took as many steps as it may; MAINSTEM_MAX_STEPS, or a graph's own recursion_limit, sets how many",
    "supervisor": "its supervisor ended it",
}
"""What each reason of a halt means."""


def ending(result: "Result") -> str:
    """What is to say of a run that is over, its answer apart; empty when all went well."""
    if result.status == "done":
        return ""
    if result.error:
        return f"{result.status}: {failure_text(result.error.type, result.error.message, result.error.hint)}"
    if result.status == "truncated":
        return f"truncated: {finish_reasons.sentence(result.cut, result.finish_reason)}"
    if result.status == "halted":
        why = HALTS.get(result.reason or "", "the graph ended it")
        return f"halted ({result.reason}): {why}.{_go_on(result)}"
    return f"{result.status}.{_go_on(result)}"


def _go_on(result: "Result") -> str:
    return f" Thread {result.thread_id} goes on with the next question." if result.thread_id else ""
