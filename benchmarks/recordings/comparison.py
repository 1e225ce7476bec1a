"""What was received of a recording, held against what is expected."""

import json
from typing import Any, NamedTuple

from benchmarks.recordings.corrections import HAND_CHECKED
from benchmarks.recordings.expected import by_last_event, by_oracle
from benchmarks.recordings.received import Received, ours
from benchmarks.recordings.rows import Row


class Verdict(NamedTuple):
    """How one recording compares."""

    differences: list[str]
    justified: list[str]


def compare(row: Row, received: Received) -> Verdict:
    """Hold what was received against what is expected."""
    if row.unreadable or received.crash:
        return Verdict([row.unreadable or f"crash: {received.crash}"], [])
    expected = by_last_event(row) if row.kind == "responses" else by_oracle(row)
    said, justified = ours(received), []
    for correction in HAND_CHECKED if row.kind == "chat" else ():
        for name, value in correction.read(row, expected).items():
            if differs(said.get(name), expected.get(name)) and not differs(said.get(name), value):
                justified.append(f"{name}: ours {short(said[name])}, oracle {short(expected[name])} ({correction.why})")
                expected[name] = value
    wrong = [name for name, value in expected.items() if differs(said.get(name), value)]
    return Verdict([f"{n}: ours {short(said.get(n))}, expected {short(expected[n])}" for n in wrong], justified)


def differs(one: Any, expected: Any) -> bool:
    """Whether they differ; an id or a detail that the expectation does not state may be anything."""
    if isinstance(expected, list) and isinstance(one, list):
        return len(one) != len(expected) or any(map(differs, one, expected))
    if isinstance(expected, dict) and isinstance(one, dict) and {"id", "name"} <= expected.keys():
        return any(one.get(key) != value for key, value in expected.items() if key != "id" or value)
    if isinstance(expected, dict) and isinstance(one, dict):
        if not expected:
            return bool(one)
        return any(differs(one.get(key), value) for key, value in expected.items())
    return one != expected


def short(value: Any) -> str:
    """`value` in one line of the report."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 160 else f"{text[:78]} … {text[-78:]}"


def ended(row: Row, received: Received) -> str:
    """How a recording ended that there is nothing to compare with."""
    if row.unreadable or received.crash:
        return f"unreadable, {row.unreadable}" if row.unreadable else f"CRASH, {received.crash}"
    if received.error:
        return f"typed error, {received.error}"
    reason = received.message.response_metadata.get("finish_reason")
    return f"ended, finish_reason {reason}" if reason else "truncated, no finish_reason"
