"""Ask the person at the terminal what a run waits for, with the exact call shown."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from mainstem.text import exact

from .argument_editing import edited

if TYPE_CHECKING:
    from mainstem.sessions.approvals import Decision, PendingCall


class Undecided(Exception):
    """The person left without deciding."""


def can_ask() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def decide(questions: Mapping[str, Any]) -> dict[str, Any]:
    """An answer for every request, by interrupt id. Raises `Undecided`."""
    return {interrupt_id: _answer(request) for interrupt_id, request in questions.items()}


def same_for_all(questions: Mapping[str, Any], decision: "Decision") -> dict[str, Any]:
    """One decision for every call that is asked about. Raises `ValueError` when a request asks something else."""
    from mainstem.sessions.approvals import ApprovalRequest

    answers: dict[str, Any] = {}
    for key, request in questions.items():
        asked = ApprovalRequest.parse(request)
        if asked is None:
            raise ValueError(f"this thread asks for something else than an approval: {exact(request)}")
        answers[key] = asked.same_for_all(decision)
    return answers


def _answer(request: Any) -> Any:
    from mainstem.sessions.approvals import ApprovalRequest, response

    asked = ApprovalRequest.parse(request)
    if asked is not None:
        return response(map(_judge, asked.calls))
    _tell(f"The graph asks:\n{exact(request)}")
    return _value(_prompt("Answer (JSON or text): "))


def _judge(call: "PendingCall") -> "Decision":
    _tell(f"\n{visible(call.name)} {exact(call.args)}")
    if call.description:
        _tell(visible(call.description))
    choices = {_KEYS[kind]: kind for kind in call.allowed if kind in _ASK}
    if call.may_last and "approve" in call.allowed:
        choices["t"] = "approve in this thread"
    if call.may_flag and "approve" in call.allowed:
        choices["f"] = "flag"
    shown = ", ".join(kind.replace(key, f"[{key}]", 1) for key, kind in choices.items())
    while True:
        key = _prompt(f"{shown}? ").lower()
        if key and key[0] in choices:
            return _ASK[choices[key[0]]](call)


def _approve(call: "PendingCall") -> "Decision":
    from mainstem.sessions.approvals import approve

    return approve()


def _approve_in_thread(call: "PendingCall") -> "Decision":
    from mainstem.sessions.approvals import approve

    return approve(in_thread=True)


def _flag(call: "PendingCall") -> "Decision":
    from mainstem.sessions.approvals import approve

    return approve(flag=_prompt("Why it is to be looked at again: "))


def _reject(call: "PendingCall") -> "Decision":
    from mainstem.sessions.approvals import reject

    return reject(_prompt("Why (the model reads it): "))


def _edit(call: "PendingCall") -> "Decision":
    from mainstem.sessions.approvals import edit

    return edit(call.name, edited(call.args, _prompt, _tell))


def _respond(call: "PendingCall") -> "Decision":
    from mainstem.sessions.approvals import respond

    return respond(_prompt("Your answer (the model reads it as the call's result): "))


_ASK = {
    "approve": _approve,
    "approve in this thread": _approve_in_thread,
    "flag": _flag,
    "reject": _reject,
    "edit": _edit,
    "respond": _respond,
}
_KEYS = {"approve": "a", "reject": "r", "edit": "e", "respond": "s"}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def visible(text: str) -> str:
    """`text` with everything that cannot be seen written out: a call must not look like another one."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _prompt(text: str) -> str:
    typer.echo(text, err=True, nl=False)
    try:
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        line = ""
    if not line:
        typer.echo(err=True)
        raise Undecided
    return line.strip()
