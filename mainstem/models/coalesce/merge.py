"""Chunks of chat completions that arrived together, as one: same choice, same index, the deltas joined.

Two neighbours are joined when they are equal but for what grows: content, reasoning, the arguments of one tool call.
Everything else (usage, finish reasons, names and ids of calls, errors, what nobody knows) stays as it came, in order.
"""

from itertools import chain
from typing import Any

import orjson

from mainstem.stream.arrivals import Arrivals

from .growth import TEXTS, TextSlot, growing_texts
from .template import Template, bare

ARRIVALS = "mainstem.arrivals"
"""Key in a chunk: the `Arrivals` that it joins."""

TEXT = "mainstem.text"
"""Key in a chunk: its text, where that is all that it says."""

MAX_JOINED_CHARS = 4096
"""Characters in one joined chunk, more or less: a reader that is behind gets several."""

_TRIES = 100
_NOISE = ("created", "obfuscation", "sequence_number")


class Merger:
    """Takes chunks with the time of their arrival; `take` gives what they come to."""

    def __init__(self) -> None:
        self._open: _Joined | None = None
        self._template: Template | None = None
        self._templates = 0
        self.spoke = False
        """Whether a chunk came that grows the answer."""
        self._ready: list[dict[str, Any]] = []

    def put(self, chunk: dict[str, Any], at: float, data: bytes = b"") -> None:
        """The next chunk, which is the merger's own from here on; `data` is what it was parsed from."""
        spots = growing_texts(chunk)
        if not spots:
            self._flush()
            chunk[ARRIVALS] = Arrivals(1, at, at)
            self._ready.append(chunk)
        elif self._open is None or not self._open.takes(chunk, spots, at):
            self._flush()
            self._open = _Joined(chunk, spots, at, self._like(chunk, spots, data))
            self.spoke = True

    def goes_on(self, data: bytes, at: float) -> bool:
        """Whether `data` is one more like the chunk before it, and was taken without being looked through."""
        if self._open is not None:
            return self._open.goes_on(data, at)
        template = self._template
        text = template.text(data) if template and template.key in TEXTS else None
        if template is None or not text:
            return False
        chunk = orjson.loads(bare(data) if template.noisy else data)  # padding says nothing, and may be broken
        self._open = _Joined(chunk, [(chunk["choices"][0]["delta"], template.key)], at, template)
        return True

    def _flush(self) -> None:
        if self._open is not None:
            self._ready.append(self._open.chunk())
            self._open = None

    def _like(self, chunk: dict[str, Any], spots: list[TextSlot], data: bytes) -> Template | None:
        """What to compare the next chunk with; of a provider whose chunks are never alike, nothing after a while."""
        if len(spots) != 1 or self._templates > _TRIES:
            return None
        if self._template is None or self._template.text(data) is None:
            self._templates += 1
            self._template = Template(data, chunk, spots[0])
        return self._template

    def take(self) -> list[dict[str, Any]]:
        """Nothing more has arrived: what is there, handed over."""
        if self._open is not None:
            self._ready.append(self._open.chunk())
            self._open = None
        ready, self._ready = self._ready, []
        return ready


class _Joined:
    """One chunk that grows: `_chunk` with its growing texts taken out is what the next one must equal."""

    def __init__(self, chunk: dict[str, Any], spots: list[TextSlot], at: float, template: Template | None) -> None:
        self._template = template
        self._first: dict[str, Any] = {}
        for key in _NOISE:
            if key in chunk:
                self._first[key] = chunk.pop(key)
        self._chunk = chunk
        self._spots = spots
        self._pieces: list[list[Any]] = []
        self._size = 0
        for holder, key in spots:
            text = holder[key]
            holder[key] = "" if isinstance(text, str) else []
            self._pieces.append([text])
            self._size += len(text)
        self._n, self._first_at, self._last_at = 1, at, at

    def takes(self, chunk: dict[str, Any], spots: list[TextSlot], at: float) -> bool:
        """Whether the next chunk was joined; else it is as it was."""
        if len(spots) != len(self._spots) or self._size > MAX_JOINED_CHARS:
            return False
        noise = {key: chunk.pop(key) for key in _NOISE if key in chunk}
        texts = [_cut(*spot) for spot in spots]
        if chunk != self._chunk or any(a[1] != b[1] for a, b in zip(spots, self._spots, strict=True)):
            for (holder, key), text in zip(spots, texts, strict=True):
                holder[key] = text
            chunk |= noise
            return False
        for pieces, text in zip(self._pieces, texts, strict=True):
            pieces.append(text)
            self._size += len(text)
        self._n, self._last_at = self._n + 1, at
        return True

    def goes_on(self, data: bytes, at: float) -> bool:
        """Whether `data` says the same with another text, which was joined."""
        text = self._template.text(data) if self._template and self._size <= MAX_JOINED_CHARS else None
        if not text:
            return False
        self._pieces[0].append(text)
        self._size += len(text)
        self._n, self._last_at = self._n + 1, at
        return True

    def chunk(self) -> dict[str, Any]:
        """What has been joined."""
        for (holder, key), pieces in zip(self._spots, self._pieces, strict=True):
            holder[key] = "".join(pieces) if isinstance(pieces[0], str) else list(chain.from_iterable(pieces))
        self._chunk |= self._first
        self._chunk[ARRIVALS] = Arrivals(self._n, self._first_at, self._last_at)
        if len(self._spots) == 1 and self._spots[0][1] == "content":
            self._chunk[TEXT] = self._spots[0][0]["content"]
        return self._chunk


def _cut(holder: dict[str, Any], key: str) -> Any:
    """What grows there, taken out."""
    text = holder[key]
    holder[key] = "" if isinstance(text, str) else []
    return text
