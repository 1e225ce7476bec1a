"""Findings, read line by line from what a model writes."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

Severity = Literal["high", "medium", "low"]

_OTHER_WORDS: dict[str, Severity] = {
    "critical": "high",
    "error": "high",
    "major": "high",
    "warning": "medium",
    "moderate": "medium",
    "minor": "low",
    "info": "low",
    "note": "low",
}


@dataclass(frozen=True)
class Finding:
    """Something wrong in a line of a file."""

    file: str
    line: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        """As compilers write it, so that editors find the place."""
        return f"{self.file}:{self.line}: {self.severity}: {self.message}"


def parse(file: str, written: str) -> Finding | None:
    """The finding in a line that a model wrote as JSON; None where it is none."""
    found = re.search(r"\{.*\}", written)
    try:
        said: Any = json.loads(found[0]) if found else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    said = cast("dict[str, Any]", said)
    line, message = said.get("line"), " ".join(str(said.get("message") or "").split())
    if isinstance(line, bool) or not re.fullmatch("[0-9]{1,9}", str(line)) or not message:
        return None
    return Finding(file, int(str(line)), _severity(str(said.get("severity"))), message)


def _severity(said: str) -> Severity:
    said = said.lower()
    return cast("Severity", said) if said in get_args(Severity) else _OTHER_WORDS.get(said, "medium")


class LineSplitter:
    """Whole lines out of pieces of text."""

    def __init__(self) -> None:
        self._rest = ""

    def add(self, piece: str) -> list[str]:
        """The lines that end in this piece."""
        *whole, self._rest = (self._rest + piece).split("\n")
        return whole

    def last(self) -> list[str]:
        """What is left at the end."""
        rest, self._rest = self._rest, ""
        return [rest] if rest.strip() else []
