"""Tool calls as a client of another protocol was shown them, and which of them a person is asked about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mainstem.sessions.approvals import PendingCall


@dataclass
class ShownCall:
    """A tool call as far as it was shown: `args` once they are whole."""

    name: str
    text: str = ""
    args: Any = None
    ended: bool = False
    asked: bool = field(default=False, compare=False)
    """Whether an interrupt already asks about it."""

    def is_of(self, pending: PendingCall) -> bool:
        """Whether this is the call that is asked about."""
        args = self.args if self.args is not None else _loaded(self.text)
        return not self.ended and not self.asked and self.name == pending.name and args == pending.args


def shown_call(pending: PendingCall, calls: Mapping[str, ShownCall]) -> str | None:
    """The id of the open call that is asked about; None when none was shown. It is not given out twice."""
    for key, call in calls.items():
        if call.is_of(pending):
            call.asked = True
            return key
    return None


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
