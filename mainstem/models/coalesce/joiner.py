"""Events of a provider's stream that arrived together, as fewer events of the provider's own shape.

For clients that read the stream themselves: what is not joined passes byte for byte, and what is joined differs from
its first event only in the text that grows.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

import orjson

from mainstem.stream.arrivals import Arrivals

from .body import Arrival
from .growth import growing_texts
from .merge import ARRIVALS, TEXT, Merger

_END = re.compile(rb"\n\n|\r\n\r\n|\r\r")
_EVENT = re.compile(rb"(?P<head>event: ?[^\r\n]*\r?\n)?data: ?(?P<data>\{[^\r\n]*\})(?P<end>\n\n|\r\n\r\n)")
"""An event that may be joined: one line of data, perhaps a name, and nothing else."""

_DONE = re.compile(rb"data: ?\[DONE\]")


class JoinedBytes(NamedTuple):
    """Bytes to hand on, and what they join; nothing, where they are no whole event."""

    data: bytes
    arrivals: Arrivals | None


class EventJoiner:
    """Takes what arrives; gives the same stream in as few events as change nothing."""

    def __init__(self) -> None:
        self._merger = Merger()
        self._tail = b""
        self._head = b""
        self._raw: deque[bytes] = deque()
        self._ready: list[JoinedBytes] = []
        self.done = False
        """Whether the provider has said that this was all."""

    @property
    def spoke(self) -> bool:
        """Whether the answer has begun."""
        return self._merger.spoke

    def feed(self, arrivals: Iterable[Arrival]) -> list[JoinedBytes]:
        """What has arrived, joined. The beginning of an event that is not whole is kept."""
        for data, last_at, first_at in arrivals:
            at = first_at or last_at
            for event in self._whole(data):
                self._put(event, at)
                at = last_at
        self._flush()
        ready, self._ready = self._ready, []
        return ready

    def finish(self) -> bytes:
        """What is left when the stream has ended within an event."""
        tail, self._tail = self._tail, b""
        return tail

    def _whole(self, data: bytes) -> Iterator[bytes]:
        text, begin = self._tail + data, 0
        for end in _END.finditer(text, max(0, len(self._tail) - 3)):
            yield text[begin : end.end()]
            begin = end.end()
        self._tail = text[begin:]

    def _put(self, event: bytes, at: float) -> None:
        found = _EVENT.fullmatch(event)
        head, data = (found["head"] or b"", found["data"]) if found else (b"", b"")
        if found is None or head != self._head:
            self._flush()
            self._head = head
        if found and self._merger.goes_on(data, at):
            self._raw.append(event)
        elif (chunk := _object(data)) and growing_texts(chunk):
            self._raw.append(event)
            self._merger.put(chunk, at, data)
        else:
            self._flush()
            self._ready.append(JoinedBytes(event, Arrivals(1, at, at)))
            self.done = self.done or bool(_DONE.match(event))

    def _flush(self) -> None:
        for chunk in self._merger.take():
            arrivals: Arrivals = chunk.pop(ARRIVALS)
            chunk.pop(TEXT, None)
            raw = [self._raw.popleft() for _ in range(arrivals.n)]
            joined = raw[0] if len(raw) == 1 else b"%bdata: %b\n\n" % (self._head, orjson.dumps(chunk))
            self._ready.append(JoinedBytes(joined, arrivals))


def _object(data: bytes) -> dict[str, Any] | None:
    """The JSON object in `data`; `None` for what is none, or not plainly one."""
    try:
        chunk: Any = orjson.loads(data)
    except ValueError:
        return None
    return cast("dict[str, Any]", chunk) if isinstance(chunk, dict) else None
