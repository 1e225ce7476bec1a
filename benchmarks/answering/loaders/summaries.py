"""Meetings with queries and their summaries, in QMSum's form."""

from pathlib import Path
from typing import Any

from benchmarks.answering.loaders import rows
from benchmarks.answering.suite import Case, Suite

GENERAL, SPECIFIC = "general", "specific"


def load(path: Path) -> Suite:
    """Each meeting is a file in a folder of its own; the gold of a query is its summary."""
    groups: dict[str, dict[str, str]] = {}
    cases: list[Case] = []
    for number, meeting in enumerate(rows.read(rows.only(path, "test.jsonl", "*.jsonl"))):
        name = f"{number:05}"
        groups[name] = {"meeting.txt": _transcript(meeting)}
        for kind in (GENERAL, SPECIFIC):
            queries = meeting.get(f"{kind}_query_list") or []
            cases += [Case(each["query"], each["answer"], name, kind) for each in queries]
    return Suite(groups, cases)


def _transcript(meeting: dict[str, Any]) -> str:
    return "\n\n".join(f"{turn['speaker']}: {turn['content']}" for turn in meeting["meeting_transcripts"]) + "\n"
