"""The laws of what is written: secrets, and the replay (8 and 10)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import orjson
from pydantic import BaseModel

from ...text import counted
from .. import events as e
from ..translate.message_fields import text_of
from .record import Record, Undecidable

_JSON_STRING = re.compile(r'"((?:[^"\\]|\\.)*)', re.DOTALL)


def masked(record: Record) -> str:
    """Law 8: no secret is in an event, in what the pieces join to, in the replay, or in the checkpoint."""
    secrets = [secret for secret in record.secrets if secret]
    if not secrets:
        raise Undecidable("give secrets=")
    if not record.events:
        raise Undecidable("there are no events")
    for place, text in _texts(record):
        if any(secret in text for secret in secrets):
            return f"a secret appears in the clear, in {place}"
    return ""


def _texts(record: Record) -> Iterator[tuple[str, str]]:
    """All that can be read of a run, each with where. What grows is read at its end: its beginnings are in it."""
    for place, written in (("an event", record.lines), ("the replay", record.replay or ())):
        for each in written:
            yield from ((place, text) for text in _strings(orjson.loads(each)))
    again = _events(record.replay or ())
    for place, events in (("the words that events join to", record.events), ("the words of the replay", again)):
        yield from ((place, text) for text in _joined(events))
    for message in record.messages or ():
        yield from (("the checkpoint", text) for text in (*_strings(message), text_of(message)))


def _events(lines: Sequence[bytes]) -> tuple[e.Event, ...]:
    """Those of the lines that are events: what is none is judged by another law."""
    found: list[e.Event] = []
    for line in lines:
        with suppress(ValueError):
            found.append(e.decode(line))
    return tuple(found)


def _strings(value: Any) -> Iterator[str]:
    """All strings in plain data or in a message, keys included, and numbers as they are written."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float):
        yield str(value)
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[Any, Any]", value).items():
            yield str(key)
            yield from _strings(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in cast("list[Any]", value):
            yield from _strings(item)


def _joined(events: tuple[e.Event, ...]) -> Iterator[str]:
    """What the pieces join to: the words and the reasoning of messages, the arguments and the output of tools."""
    texts: dict[tuple[str, str], str] = {}
    for event in events:
        if isinstance(event, e.Words):
            key = event.type, event.message_id
        elif isinstance(event, e.ToolArguments | e.ToolOutput):
            key = event.type, event.tool_call_id
        else:
            continue
        texts[key] = texts.get(key, "") + event.text
    for (kind, _), text in texts.items():
        yield text
        if kind == "tool.arguments":
            yield from (_unescaped(string) for string in _JSON_STRING.findall(text))


def _unescaped(string: str) -> str:
    """What a string of JSON says; as it is written, where it is none."""
    try:
        return str(orjson.loads(f'"{string}"'))
    except orjson.JSONDecodeError:
        return string


def replay(record: Record) -> str:
    """Law 10: read again, the run is the same, byte for byte."""
    if record.replay is None:
        raise Undecidable("give replay=")
    if not record.lines:
        raise Undecidable("there are no events")
    for position, (one, other) in enumerate(zip(record.lines, record.replay, strict=False), 1):
        if one != other:
            return f"event {position} differs"
    many, again = len(record.lines), len(record.replay)
    return "" if many == again else f"{counted(again, 'event')} instead of {many}"


def never_waits(record: Record) -> str:
    """Law 11: nothing of it is in a record."""
    raise Undecidable("a record does not show whether the graph waited; the test-suite does")
