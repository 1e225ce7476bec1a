"""What the provider does on the wire, as plain values: a turn becomes actions, and these are carried out."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Write:
    """Bytes of the body. `paced` marks an event that counts at a given rate; `alone` may share no write with others."""

    data: bytes
    paced: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Pause:
    """Silence, in seconds, of the script's own."""

    seconds: float


@dataclass(frozen=True)
class Refuse:
    """An HTTP answer other than 200, instead of a stream."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class DropConnection:
    """A TCP reset."""


@dataclass(frozen=True)
class HangConnection:
    """Silence until the client goes away."""


WireAction = Write | Pause | Refuse | DropConnection | HangConnection


def event(data: Any, newline: str = "\n", name: str | None = None, *, comment: bool = False) -> bytes:
    """A server-sent event: `data` as it is when it is text, else as JSON."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    lines = [*([": keep-alive", ""] if comment else []), *([f"event: {name}"] if name else []), f"data: {text}", "", ""]
    return newline.join(lines).encode()


def refusal(status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None) -> Refuse:
    """An HTTP error with OpenAI's error object."""
    return Refuse(
        status, {"error": {"message": message, "type": "scripted", "param": None, "code": code}}, headers or {}
    )
