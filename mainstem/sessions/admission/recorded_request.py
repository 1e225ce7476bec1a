"""What a run was asked, written down for a process that goes on with it when its own is gone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...stream.run import resuming


@dataclass(frozen=True)
class RecordedRequest:
    """What a run was asked: its input, or the decisions that resume its thread."""

    given: Any
    decisions: Any = None
    context: Any = None
    docs: Sequence[Path] | None = None
    checkpoint_id: str | None = None
    """Where in its thread, on which branch; None: at its end."""

    @property
    def input(self) -> Any:
        """What its graph is given."""
        return self.given if self.decisions is None else resuming(self.decisions)

    def written(self) -> str | None:
        """The request as text; None where that is no plain JSON."""
        places = None if self.docs is None else [str(path) for path in self.docs]
        told = {"context": self.context, "docs": places, "checkpoint_id": self.checkpoint_id}
        whole = {"given": self.given, "decisions": self.decisions, **told}
        try:
            text = json.dumps(whole, ensure_ascii=False)
        except (TypeError, ValueError):
            return None
        return text if json.loads(text) == whole else None

    @classmethod
    def read(cls, text: str) -> "RecordedRequest":
        """The request that `written` wrote."""
        whole: dict[str, Any] = json.loads(text)
        places: list[str] | None = whole["docs"]
        docs = None if places is None else [Path(place) for place in places]
        at = whole.get("checkpoint_id")  # an earlier version wrote none
        return cls(whole["given"], whole["decisions"], whole["context"], docs, at)
