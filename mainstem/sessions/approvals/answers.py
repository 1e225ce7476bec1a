"""Whether decisions answer what a thread asks: checked before the graph sees them, wherever they come from."""

import json
from collections.abc import Mapping
from typing import Any, cast

from ...stream.errors import MainstemError
from ...stream.hitl import Decision
from ...text import counted, short
from .request import ApprovalRequest, PendingCall


class WrongDecision(MainstemError):
    """The decisions do not fit what was asked."""

    hint = 'Answer with {"decisions": [{"type": "approve"}]}, one decision for each call that was shown.'


def check_decisions(decisions: Any, requests: Mapping[str, Any], *, named: bool = False) -> Any:
    """`decisions` as they are, if they answer `requests`: what a thread waits for, by interrupt id.

    They are an answer for each interrupt id, or the answer alone where there is one interrupt. Answers to requests that
    are no `HITLRequest` may be anything. `named`: only answers by interrupt id, for who decides from afar may have seen
    another interrupt than the one that waits now. Raises `WrongDecision`.
    """
    for interrupt_id, answer in _by_id(decisions, requests, named).items():
        request = ApprovalRequest.parse(requests[interrupt_id])
        if request is not None:
            check_response(request, answer)
    return decisions


def _by_id(decisions: Any, requests: Mapping[str, Any], named: bool) -> Mapping[str, Any]:
    given = cast("dict[Any, Any]", decisions) if isinstance(decisions, dict) else {}
    if given and given.keys() <= requests.keys():
        return given
    if len(requests) == 1 and not named and not _names_another(given, requests):
        return dict.fromkeys(requests, cast("Any", decisions))
    waiting = ", ".join(requests)
    unknown = ", ".join(sorted(str(key) for key in given.keys() - requests.keys()))
    said = f"The thread waits for no {unknown}" if unknown else f"There are {len(requests)} interrupts"
    if named and ("decisions" in given or not given):
        said = "The answer does not name its interrupt"
    raise WrongDecision(f"{said}.", hint=f"Answer by interrupt id, as {{id: answer}}; it waits for: {waiting}.")


def _names_another(given: Mapping[Any, Any], requests: Mapping[str, Any]) -> bool:
    """Whether the answer stands under an id that the one interrupt does not have."""
    if not all(map(ApprovalRequest.parse, requests.values())):
        return False  # a request of another kind may be answered by anything
    return any(isinstance(value, dict) and "decisions" in value for value in given.values())


def check_response(request: ApprovalRequest, response: Any) -> list[Decision]:
    """The decisions of one `HITLResponse`, one for each call of `request`. Raises `WrongDecision`."""
    found: Any = cast("dict[str, Any]", response).get("decisions") if isinstance(response, dict) else None
    if not isinstance(found, list):
        raise WrongDecision(f"{_shown(response)} holds no list of decisions.")
    found, calls = cast("list[Any]", found), request.calls
    if len(found) != len(calls):
        raise WrongDecision(f"{counted(len(calls), 'call')} to decide on, and {counted(len(found), 'decision')} came.")
    return [_decision(each, call) for each, call in zip(found, calls, strict=True)]


def _decision(given: Any, call: PendingCall) -> Decision:
    decision: dict[str, Any] = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    kind = decision.get("type")
    if kind not in call.allowed:
        raise WrongDecision(f"{_shown(given)} is no decision here: its type may be {', '.join(call.allowed)}.")
    scopes = ("call", "thread") if call.may_last else ("call",)
    if decision.get("scope", "call") not in scopes or (kind != "approve" and "scope" in decision):
        raise WrongDecision(f"{_shown(given)} is no decision here: the scope of an approve may be {', '.join(scopes)}.")
    if "flag" in decision and not (call.may_flag and kind == "approve" and isinstance(decision["flag"], str)):
        raise WrongDecision(f"{_shown(given)} is no decision here: only an approval of held words may have a flag.")
    if kind == "edit" and not _is_action(decision.get("edited_action")):
        raise WrongDecision(f"{_shown(given)} does not say what to run: an edit has edited_action, with name and args.")
    if kind == "respond" and not isinstance(decision.get("message"), str):
        raise WrongDecision(f"{_shown(given)} does not say what to answer: a respond has a message.")
    return cast("Decision", decision)


def _is_action(action: Any) -> bool:
    if not isinstance(action, dict):
        return False
    action = cast("dict[str, Any]", action)
    return isinstance(action.get("name"), str) and isinstance(action.get("args"), dict)


def _shown(value: Any) -> str:
    return short(json.dumps(value, ensure_ascii=False, default=str), 200)
