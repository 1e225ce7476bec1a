"""Approvals as other protocols name them: one a call, where an interrupt asks about several at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from mainstem.sessions.approvals import Decision, response

from ..problems import Problem


def approval_id(interrupt_id: str, number: int) -> str:
    """The name of the approval of an interrupt's call, counted from 0."""
    return f"{interrupt_id}:{number}"


def answered(decisions: Iterable[tuple[Any, Decision]]) -> dict[str, Any]:
    """A `HITLResponse` for each interrupt, of decisions by the names of their approvals. Raises `Problem`."""
    answers: dict[str, dict[int, Decision]] = {}
    for name, decision in decisions:
        interrupt, number = _parts(name)
        if number in answers.setdefault(interrupt, {}):
            raise Problem(422, f"The approval {name!r} is answered twice.", hint="Answer it once.")
        answers[interrupt][number] = decision
    return {interrupt: response(_in_order(decisions)) for interrupt, decisions in answers.items()}


def _parts(name: Any) -> tuple[str, int]:
    """The interrupt and the position of the call that an approval's name tells."""
    interrupt, _, number = str(name).rpartition(":")
    if not interrupt or not (number.isascii() and number.isdecimal() and len(number) < 9):
        raise Problem(422, f"There is no approval {name!r}.", hint="Its id is that of the request for approval.")
    return interrupt, int(number)


def _in_order(decisions: Mapping[int, Decision]) -> list[Decision]:
    """The decisions by position. A position that is missing must not be filled by the next one."""
    positions = sorted(decisions)
    if positions != list(range(len(positions))):
        raise Problem(422, f"The approvals answer the calls {positions}.", hint="Answer each call that was shown.")
    return [decisions[position] for position in positions]
