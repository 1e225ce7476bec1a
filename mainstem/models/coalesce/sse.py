"""Server-sent events, cut out of bytes that come in pieces of any size."""

from typing import NamedTuple

_PREFIX = b"data: "


class SseEvent(NamedTuple):
    """One event: its data, and its name where it has one."""

    data: bytes
    name: str = ""


class SseParser:
    """Takes the bytes of a stream in order. An event is whole at its empty line; comments and ids are passed over."""

    def __init__(self) -> None:
        self._tail = b""
        self._data: list[bytes] = []
        self._name = ""

    def feed(self, data: bytes) -> list[SseEvent]:
        """The events that are whole with this piece."""
        text, self._tail = self._tail + data, b""
        if b"\r" in text:
            text, self._tail = _plain_ends(text)
        if not text:
            return []
        *events, tail = text.split(b"\n\n")
        frames: list[SseEvent] = []
        for event in events:
            if event.startswith(_PREFIX) and b"\n" not in event and not self._data:
                frames.append(SseEvent(event[6:], self._name))
                self._name = ""
            else:
                frames += self._lines([*event.split(b"\n"), b""])
        self._tail = tail + self._tail
        return frames

    def finish(self) -> list[SseEvent]:
        """The events that the end of the stream makes whole: what has no empty line behind it is none."""
        text = (self._tail + b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._tail = b""
        return self._lines(text.split(b"\n")[:-1])

    def _lines(self, lines: list[bytes]) -> list[SseEvent]:
        frames: list[SseEvent] = []
        for line in lines:
            if line:
                self._field(line)
            else:
                if data := b"\n".join(self._data):
                    frames.append(SseEvent(data, self._name))
                self._data, self._name = [], ""
        return frames

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._name = value.decode("utf-8", "replace")


def _plain_ends(data: bytes) -> tuple[bytes, bytes]:
    """`data` with plain line ends, and the carriage return at its end, which may be half of one."""
    half = b"\r" if data.endswith(b"\r") else b""
    return data.removesuffix(half).replace(b"\r\n", b"\n").replace(b"\r", b"\n"), half
