"""The tool calls that messages ask for, and where calls are made.

Not every call that is answered was run by a tool node: middleware rejects or limits it, its name is unknown, or a node
makes it by hand, `tool.invoke(call["args"])`, so that the tool does not know the call's id. What was asked for tells
its arguments, and which call it is.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ..writer import RAW
from .message_fields import field as of
from .message_fields import tool_calls_of


@dataclass(slots=True)
class RequestedCall:
    """A call as a message asks for it."""

    tool_call_id: str
    name: str
    args: dict[str, Any]
    message_id: str | None
    begun: bool = False
    """Whether it was made, or answered without."""


@dataclass(frozen=True)
class CallSite:
    """Where a tool was called (told by `ModelCalls`)."""

    node: str | None
    task_id: str | None
    by_hand: bool
    """Whether the tool was called without the id of a call."""


@dataclass(slots=True)
class ToolCallTracker:
    """The calls of one run: those that were asked for, and where tools were called."""

    asked: dict[str, RequestedCall] = field(default_factory=dict[str, RequestedCall])
    made: dict[str, CallSite] = field(default_factory=dict[str, CallSite])
    """By the call's id; of a tool that was called by hand, by the id of its own run."""
    by_hand: dict[str, str] = field(default_factory=dict[str, str])
    """The call's id, by the id of the run of a tool that was called by hand."""

    def learn(self, message: Any) -> None:
        """Take the calls of an AI message, in whichever of its forms."""
        for call in tool_calls_of(message):
            self.add(call.get("id"), call.get("name"), call.get("args"), of(message, "id"))
        for call in of(message, "invalid_tool_calls") or ():
            self.add(call.get("id"), call.get("name"), {RAW: call.get("args") or ""}, of(message, "id"))

    def add(self, call_id: Any, name: Any, args: Any, message_id: str | None) -> None:
        """One call. Providers number calls anew in each message: the same id in another one is another call."""
        known = self.asked.get(str(call_id or ""))
        if call_id and (known is None or not known.begun or known.message_id != message_id):
            given = cast("dict[str, Any]", args) if isinstance(args, dict) else {}
            self.asked[str(call_id)] = RequestedCall(str(call_id), str(name or ""), given, message_id)

    def learn_input(self, given: Any) -> None:
        """Take the calls that wait in the messages a node was given: a run that resumes has not seen them asked."""
        for messages in _lists_in(given):
            answered: set[Any] = set()
            for message in reversed(messages):
                if of(message, "type") == "ai":
                    open_calls = [call for call in tool_calls_of(message) if call.get("id") not in answered]
                    for call in open_calls:
                        self.add(call.get("id"), call.get("name"), call.get("args"), of(message, "id"))
                    break
                answered.add(of(message, "tool_call_id"))

    def args_of(self, call_id: str) -> dict[str, Any]:
        """What the call was asked with; nothing where that was not seen."""
        known = self.asked.get(call_id)
        return known.args if known else {}

    def asked_again(self, call_id: str) -> bool:
        """Whether a message asked for a call that was neither made nor answered since."""
        known = self.asked.get(call_id)
        return known is not None and not known.begun

    def call_of_run(self, run: str, name: str, args: Mapping[str, Any], failed: Iterable[str]) -> str:
        """The call that a tool's run is: by its arguments, or as the first that waits for this tool.

        A node may add to the arguments, or change them. `failed`: the calls that may be made again. A tool that no
        message asked for keeps the id of its run.
        """
        known = self.made.get(run)
        if known is None or not known.by_hand:
            return run
        ours = [call for call in list(self.asked.values()) if call.name == name]
        waiting = [call for call in ours if not call.begun]
        alike = [call for call in waiting if call.args == args]
        again = [call for call in ours if call.args == args and call.tool_call_id in set(failed)]
        nearest = sorted(waiting, key=lambda call: -_shared(call.args, args))
        if found := alike or (waiting if len(waiting) == 1 else again) or nearest:
            self.by_hand[run] = found[0].tool_call_id
        return self.by_hand.get(run, run)


def _shared(asked: Mapping[str, Any], made: Mapping[str, Any]) -> int:
    return sum(key in made and made[key] == value for key, value in asked.items())


def args_from(text: str) -> dict[str, Any]:
    """The arguments that a model wrote, read as JSON; as they came where they are none."""
    try:
        args = json.loads(text or "{}")
    except ValueError:
        return {RAW: text}
    return cast("dict[str, Any]", args) if isinstance(args, dict) else {RAW: text}


def _lists_in(given: Any) -> list[Sequence[Any]]:
    if isinstance(given, list):
        values: list[Any] = [given]
    elif isinstance(given, Mapping):
        values = list(cast("Mapping[str, Any]", given).values())
    else:
        values = list(cast("dict[str, Any]", getattr(given, "__dict__", {})).values())
    lists = [cast("list[Any]", value) for value in values if isinstance(value, list) and value]
    return [messages for messages in lists if of(messages[-1], "type") in ("ai", "tool")]
