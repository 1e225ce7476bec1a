"""The wire form of events: one JSON object each, which `encode` writes and `decode` reads."""

from typing import Any

import orjson
from pydantic import TypeAdapter
from pydantic_core import to_json

from ..jsonable import jsonable
from .event import Event
from .kinds import AnyEvent
from .messages import Words

_adapter: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def encode(event: Event, **place: Any) -> bytes:
    """The wire form: one JSON object without a line break. Values that JSON lacks become their `str`.

    `place`: fields to write instead of the event's own, its `seq` and `run_id`.
    """
    present = dict(event.__dict__)
    for key, value in event.__dict__.items():
        if value is None and key not in event.nullable:
            del present[key]
    present.update(place)
    try:
        if isinstance(event, Words):  # plain values alone, and most of a run's events
            return bytes(memoryview(orjson.dumps(present)))  # a copy: the original keeps up to 4 kB of unused room
        return to_json(present, serialize_unknown=True, inf_nan_mode="null", bytes_mode="base64")
    except (ValueError, UnicodeError, orjson.JSONEncodeError):
        return to_json(jsonable(present), inf_nan_mode="null")


def decode(data: bytes | str) -> AnyEvent:
    """The event that `encode` wrote. Raises pydantic's `ValidationError` when `data` is not one."""
    return _adapter.validate_json(data)


def parse(value: object) -> AnyEvent:
    """An event from plain data, as from `json.loads`. Raises pydantic's `ValidationError` when it is not one."""
    return _adapter.validate_python(value)
