"""Ask the person at the terminal what a run waits for, with the exact call shown."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import typer

from mainstem.text import actions, exact

Decision = dict[str, Any]


class Undecided(Exception):
    """The person left without deciding."""


def can_ask() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def decide(questions: Mapping[str, Any]) -> dict[str, Any]:
    """An answer for every request, by interrupt id. Raises `Undecided`."""
    return {interrupt_id: _answer(request) for interrupt_id, request in questions.items()}


def same_for_all(questions: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    """One decision for every call that is asked about. Raises `ValueError` when a request asks something else."""
    for request in questions.values():
        if not actions(request):
            raise ValueError(f"this thread asks for something else than an approval: {exact(request)}")
    return {key: {"decisions": [decision] * len(actions(request))} for key, request in questions.items()}


def _answer(request: Any) -> Any:

    from mainstem.sessions.approvals import allowed

    calls = actions(request)
    if calls:
        return {"decisions": [_judge(call, allowed(request, call)) for call in calls]}
    _tell(f"The graph asks:\n{exact(request)}")
    return _value(_prompt("Answer (JSON or text): "))


def _judge(call: dict[str, Any], kinds: Iterable[str]) -> Decision:
    _tell(f"\n{safe(str(call['name']))} {exact(call.get('args') or {})}")
    if call.get("description"):
        _tell(safe(str(call["description"])))
    choices = {_KEYS[kind]: kind for kind in kinds if kind in _ASK}
    shown = ", ".join(kind.replace(key, f"[{key}]", 1) for key, kind in choices.items())
    while True:
        said = _prompt(f"{shown}? ").lower()
        if said and said[0] in choices:
            return _ASK[choices[said[0]]](call)


def _approve(call: dict[str, Any]) -> Decision:
    return {"type": "approve"}


def _reject(call: dict[str, Any]) -> Decision:
    return {"type": "reject", "message": _prompt("Why (the model reads it): ")}


def _edit(call: dict[str, Any]) -> Decision:
    while True:
        args = _value(_prompt("New arguments, as JSON: "))
        if isinstance(args, dict):
            return {"type": "edit", "edited_action": {"name": call["name"], "args": args}}
        _tell('Write a JSON object: {"name": "value"}.')


def _respond(call: dict[str, Any]) -> Decision:
    return {"type": "respond", "message": _prompt("Your answer (the model reads it as the call's result): ")}


_ASK = {"approve": _approve, "reject": _reject, "edit": _edit, "respond": _respond}
_KEYS = {"approve": "a", "reject": "r", "edit": "e", "respond": "s"}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def safe(text: str) -> str:
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
