"""A view on a run for those who want words, sentences or a steady pace: the same text in other, unnumbered pieces.

No piece ends inside a grapheme (what a reader takes for one character) unless another event follows there, before
which everything is let go. Other events pass as they are, in their place.
"""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator
from typing import Literal

import regex

from .events import Event, MessageDelta

By = Literal["token", "word", "sentence", "interval"]
"""What a piece is: an arrival, a word with the space behind it, a sentence, or whatever came in an interval."""

_GRAPHEMES = regex.compile(r"\X")
_WORDS = regex.compile(r"\s*\S+\s+")
_SENTENCES = regex.compile(r".*?(?:[.!?…]['\"”’)\]]*\s+|[。！？]+\s*|\n+)", regex.DOTALL)


class Shaper:
    """Cuts one message's text. `take` gives the pieces that are whole, `rest` what is left; neither waits."""

    def __init__(self, by: By, max_chars: int | None) -> None:
        self._by = by
        self._max = max_chars
        self._held = ""

    def feed(self, text: str) -> list[str]:
        """The pieces that `text` completes."""
        self._held += text
        whole = self._whole()
        self._held = self._held[sum(map(len, whole)) :]
        return [part for piece in whole for part in self._short(piece)]

    def rest(self) -> list[str]:
        """What is held back, cut to size."""
        held, self._held = self._held, ""
        return self._short(held)

    def _whole(self) -> list[str]:
        if self._by in ("word", "sentence"):
            pattern = _WORDS if self._by == "word" else _SENTENCES
            whole = list(_matches(pattern, self._held))
            if whole or self._max is None or len(self._held) <= self._max:
                return whole
        # The last grapheme may go on in the next arrival.
        graphemes: list[str] = _GRAPHEMES.findall(self._held)
        done = "".join(graphemes[:-1])
        return [done] if done else []

    def _short(self, piece: str) -> list[str]:
        if not piece:
            return []
        if self._max is None or len(piece) <= self._max:
            return [piece]
        parts = [""]
        for grapheme in _GRAPHEMES.findall(piece):
            if parts[-1] and len(parts[-1]) + len(grapheme) > self._max:
                parts.append("")
            parts[-1] += grapheme
        return parts


def _matches(pattern: "regex.Pattern[str]", text: str) -> list[str]:
    found: list[str] = []
    begin = edge = position = 0
    # A match that reaches the end of what has arrived may still grow, by its white space or by a grapheme.
    while (match := pattern.match(text, position)) and match.end() < len(text):
        position = match.end()
        # A mark combines even with a space: a match that ends inside a grapheme goes on with the next.
        for grapheme in _GRAPHEMES.finditer(text, edge, position + 1):
            edge = grapheme.start()
        if edge == position:
            found.append(text[begin:position])
            begin = position
    return found


async def shaped(
    events: AsyncIterable[Event], by: By, *, interval: float | None = None, max_chars: int | None = None
) -> AsyncIterator[Event]:
    """`events` with their `message.delta` cut anew; the pieces have no `seq`.

    `interval`, in seconds: with `by="interval"` how long text is gathered (default 0.1); else the least time between
    two pieces, for a typing effect (default none). `max_chars` bounds a piece, unless one grapheme is longer. The last
    grapheme, and the last word or sentence where those are asked for, waits for what follows it.
    """
    pace = _Pace(0.0 if by == "interval" else interval or 0.0)
    if by == "interval":
        events = gathered(events, 0.1 if interval is None else interval)
    shaper, last = Shaper(by, max_chars), None
    async for event in events:
        if last is not None and not _goes_on(last, event):
            async for piece in _paced(shaper.rest(), last, pace):
                yield piece
            last = None
        if isinstance(event, MessageDelta):
            last = event
            async for piece in _paced(shaper.feed(event.text), event, pace):
                yield piece
        else:
            yield event
    if last is not None:
        async for piece in _paced(shaper.rest(), last, pace):
            yield piece


async def gathered(events: AsyncIterable[Event], seconds: float) -> AsyncIterator[Event]:
    """`events`, with the deltas of one message joined that arrive within `seconds` of the first of them."""
    source = aiter(events)
    held: list[MessageDelta] = []
    due = 0.0
    coming: asyncio.Future[Event | None] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(_next(source))
            await asyncio.wait([coming], timeout=max(0.0, due - time.monotonic()) if held else None)
            event = coming.result() if coming.done() else None
            if held and (not coming.done() or not _goes_on(held[-1], event)):
                yield _joined(held)
                held = []
            if not coming.done():
                continue
            coming = None
            if isinstance(event, MessageDelta):
                due = due if held else time.monotonic() + seconds
                held.append(event)
            elif event is not None:
                yield event
            else:
                return
    finally:
        if coming is not None:
            coming.cancel()


def _goes_on(last: MessageDelta, event: Event | None) -> bool:
    return isinstance(event, MessageDelta) and event.message_id == last.message_id


async def _next(source: AsyncIterator[Event]) -> Event | None:
    return await anext(source, None)


def _joined(held: list[MessageDelta]) -> MessageDelta:
    text = "".join(event.text for event in held)
    n = sum(event.n for event in held)
    return held[-1].model_copy(update={"text": text, "n": n, "first_at": held[0].first_at})


class _Pace:
    """Keeps a least time between pieces."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    async def wait(self) -> None:
        """Return when the next piece is due."""
        await asyncio.sleep(self._next - time.monotonic())
        # From now on and not from when it was due: after a late piece the next one keeps its distance too.
        self._next = time.monotonic() + self._seconds


async def _paced(pieces: list[str], like: MessageDelta, pace: _Pace) -> AsyncIterator[Event]:
    for piece in pieces:
        await pace.wait()
        yield like.model_copy(update={"text": piece, "seq": 0})
