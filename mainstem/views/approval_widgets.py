"""Approvals in a notebook: a button a decision, with the exact call shown. Needs ipywidgets.

A kernel hears of a click only when no cell runs. So the cell that showed the question has ended by then, and what a
click starts is told below the buttons.
"""

import importlib.util
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from ..sessions.approvals import ApprovalRequest, Decision, PendingCall, approve, edit, reject, respond, response
from ..text import exact, printable

Decide = Callable[[dict[str, Any]], None]
"""Takes the decisions for every interrupt, by id."""

AREA = {"width": "100%", "height": "6em"}


def can_be_shown() -> bool:
    """Whether ipywidgets is installed."""
    return importlib.util.find_spec("ipywidgets") is not None


def stack() -> Any:
    """An empty widget for `questions` to be put into: a kernel shows nothing new outside of a cell."""
    return importlib.import_module("ipywidgets").VBox([])


def questions(requests: Mapping[str, Any], decide: Decide) -> Any:
    """A widget that asks about every call; `decide` is called once, when all of them are decided.

    None when a request is no LangChain `HITLRequest`: only its author knows what an answer looks like.
    """
    asked = {key: parsed for key, request in requests.items() if (parsed := ApprovalRequest.parse(request))}
    if not asked or len(asked) < len(requests):
        return None
    widgets: Any = importlib.import_module("ipywidgets")
    form = _Form(widgets, {key: len(request.calls) for key, request in asked.items()}, decide)
    rows = [
        form.row(interrupt_id, number, call)
        for interrupt_id, request in asked.items()
        for number, call in enumerate(request.calls)
    ]
    return widgets.VBox(rows)


class _Form:
    """The decisions so far; complete when there is one for every call."""

    def __init__(self, widgets: Any, calls: Mapping[str, int], decide: Decide) -> None:
        self._widgets = widgets
        self._made: dict[str, list[Decision | None]] = {key: [None] * count for key, count in calls.items()}
        self._decide = decide

    def row(self, interrupt_id: str, number: int, call: PendingCall) -> Any:
        """The widgets of one call: what it is, its arguments to edit, and its buttons."""
        widgets, kinds = self._widgets, call.allowed
        name = widgets.Label(printable(call.name))
        written = exact(call.args)
        area = widgets.Textarea(value=written, layout=AREA, disabled="edit" not in kinds)
        said = widgets.Label("")
        answer = widgets.Textarea(placeholder="Your answer; the model reads it as the call's result.", layout=AREA)
        buttons: list[Any] = []

        def take(kind: str) -> None:
            try:
                decision = _decision(kind, call, area.value, written, answer.value)
            except ValueError as error:
                said.value = f"The arguments are no JSON object: {error}."
                return
            for button in buttons:
                button.disabled = True
            area.disabled, said.value = True, _DONE[kind]
            self._take(interrupt_id, number, decision)

        for kind in _offered(call):
            label = _LABELS.get(kind, kind.capitalize())
            button = widgets.Button(description=label, button_style="" if buttons else "primary")
            button.on_click(_without_button(take, kind))
            buttons.append(button)
        asked = [name, area, answer] if "respond" in kinds else [name, area]
        return widgets.VBox([*asked, widgets.HBox([*buttons, said])])

    def _take(self, interrupt_id: str, number: int, decision: Decision) -> None:
        self._made[interrupt_id][number] = decision
        if all(all(decisions) for decisions in self._made.values()):
            self._decide({key: response(filter(None, decisions)) for key, decisions in self._made.items()})


def _without_button(take: Callable[[str], None], kind: str) -> Callable[[Any], None]:
    return lambda button: take(kind)


_DONE = {
    "approve": "Approved.",
    "always": "Approved in this thread.",
    "flag": "Approved and flagged.",
    "reject": "Rejected.",
    "respond": "Answered.",
}
"""The buttons, and what stands beside one that was clicked."""

_LABELS = {"always": "Always in this thread"}


def _offered(call: PendingCall) -> list[str]:
    """The buttons of a call: an approval can also be for the thread, or be flagged."""
    more = [*(["always"] if call.may_last else []), *(["flag"] if call.may_flag else [])]
    kinds = {*call.allowed, *(more if "approve" in call.allowed else [])}
    return [kind for kind in _DONE if kind in kinds]


def _decision(kind: str, call: PendingCall, written: str, before: str, answer: str) -> Decision:
    """What a click means: approving changed arguments is an edit. Raises `ValueError` when they are no JSON object."""
    if kind == "respond":
        return respond(answer)
    if kind == "reject":
        return reject()
    if written == before:
        return approve(in_thread=kind == "always", flag="flagged" if kind == "flag" else "")
    args = json.loads(written)
    if not isinstance(args, dict):
        raise ValueError("it begins with another character than {")
    return edit(call.name, cast("dict[str, Any]", args))
