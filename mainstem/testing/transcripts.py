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
        events = [event for event in _EVENT_END.split(text) if event]
        return WireTurn(steps=[Raw(raw=event) for event in events or [""]])
    payloads = [line for line in re.split(r"\r?\n", text) if line.strip()]  # payloads hold other line ends
    return WireTurn(steps=[Raw(raw=f"data: {payload}\n\n") for payload in payloads])
