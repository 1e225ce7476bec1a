"""`mainstem approvals`: what waits for a person in all threads, with what led there."""

from typing import TYPE_CHECKING, Annotated

import typer

from mainstem.text import printable

from .decide import visible
from .failures import exit_on_error, say
from .graphs import GraphChoice
from .options import Format, HomeOption, settings_of
from .run_player import RunPlayer

if TYPE_CHECKING:
    from mainstem.sessions.approvals.waiting import WaitingApproval


def approvals(
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="So many at most.")] = 50,
    home: HomeOption = None,
) -> None:
    """List what waits for a decision: tool calls, and words that a policy holds back."""
    with exit_on_error(), RunPlayer(GraphChoice().session(settings_of(home=home)), Format.TEXT) as player:
        found = player.call(player.session.approvals(limit))
        for waiting in found:
            typer.echo("\n".join(_lines(waiting)) + "\n")
        if not found:
            say("Nothing waits for a decision.")


def _lines(waiting: "WaitingApproval") -> list[str]:
    from mainstem.sessions.approvals import ApprovalRequest, summary

    asked = ApprovalRequest.parse(waiting.request)
    held = [call.args["text"] for call in asked.calls if "text" in call.args] if asked and waiting.policy else []
    until = f", until {waiting.expires_at}" if waiting.expires_at else ""
    lines = [
        f"{waiting.thread_id}  {waiting.since[:19]}{', too late' if waiting.expired else until}",
        f"  question: {printable(waiting.question)}",
    ]
    if waiting.answer:
        lines.append(f"  answer so far: {printable(waiting.answer)}")
    told = [f"  {waiting.policy} holds: {visible(str(text))}" for text in held]
    lines += told or [f"  asks: {summary(waiting.request)}"]
    return [*lines, f"  decide: mainstem resume {waiting.thread_id}"]
