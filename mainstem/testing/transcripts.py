"""Recorded provider streams as turns, byte for byte."""

import re
from pathlib import Path

from mainstem.testing.script import Raw, WireTurn

_EVENT_END = re.compile(r"(?<=\n\n)|(?<=\r\n\r\n)")


def transcript(path: str | Path) -> WireTurn:
    """The turn that replays a recording: `.sse` as it was, or else one payload a line, put into `data:` events."""
    path = Path(path)
    text = path.read_bytes().decode("utf-8")
    if path.suffix == ".sse":
        return WireTurn(steps=[Raw(raw=event) for event in _EVENT_END.split(text) if event])
    payloads = [line for line in text.splitlines() if line.strip()]
    return WireTurn(steps=[Raw(raw=f"data: {payload}\n\n") for payload in payloads])
