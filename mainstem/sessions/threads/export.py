"""A thread as a file: Markdown with its citations, or JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

from ...text import one_line
from .info import ThreadInfo
from .messages import ThreadMessage, questions_and_answers

ExportFormat = Literal["markdown", "json"]

SUFFIXES: dict[ExportFormat, str] = {"markdown": ".md", "json": ".json"}
"""How the files of each format end."""


def exported(thread: ThreadInfo, messages: Sequence[ThreadMessage], form: ExportFormat) -> str:
    """The thread as the text of a file."""
    return as_json(thread, messages) if form == "json" else as_markdown(thread, messages)


def as_json(thread: ThreadInfo, messages: Sequence[ThreadMessage]) -> str:
    """All that is known of it, tool calls and results included."""
    told = {"thread_id": thread.thread_id, "title": thread.title, "updated_at": thread.updated_at}
    return json.dumps({**told, "messages": [asdict(each) for each in messages]}, ensure_ascii=False, indent=2) + "\n"


def as_markdown(thread: ThreadInfo, messages: Sequence[ThreadMessage]) -> str:
    """Questions as headings, answers as they were written, and below each the passages that it cites."""
    parts = [f"# {one_line(thread.title) or thread.thread_id}"]
    for message in questions_and_answers(messages):
        parts.append(_heading(message.text) if message.role == "user" else message.text.strip())
        if message.citations:
            parts.append("\n".join(["**Sources**", "", *_sources(message.citations)]))
    return "\n\n".join(parts) + "\n"


def _heading(question: str) -> str:
    """A question of one line is a heading; a longer one stands as a quotation below its first line."""
    first, _, rest = question.strip().partition("\n")
    quoted = "\n".join(f"> {line}".rstrip() for line in question.strip().splitlines())
    return f"## {first}\n\n{quoted}" if rest else f"## {first}"


def _sources(citations: Sequence[dict[str, Any]]) -> list[str]:
    """A line a passage, in the order of the answer; one that is cited twice is told once."""
    lines = dict.fromkeys(_source(citation) for citation in citations)
    return list(lines)


def _source(citation: dict[str, Any]) -> str:
    locator: Mapping[str, Any] = citation.get("locator") or {}
    place = next((f", {name} {locator[name]}" for name in ("page", "line") if locator.get(name)), "")
    verdict = citation.get("verdict", "supported")
    doubt = "" if verdict == "supported" else f" ({verdict})"
    return f"- {citation['marker']} {citation['document']}{place}{doubt}: “{one_line(citation['quote'])}”"
