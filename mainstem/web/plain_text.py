"""A run as plain text: the answer's words as they come, so that `curl -N` shows them."""

from collections.abc import Iterator

from mainstem.stream.answer_words import AnswerWords
from mainstem.stream.events import AnyEvent, Citation, Interrupt, MessageSuperseded, RunFinished, decode
from mainstem.stream.transcript import Transcript

MEDIA_TYPE = "text/plain; charset=utf-8"

SILENT = 1e6
"""Seconds without a heartbeat: there is nothing that a reader of words would not see."""

_WITHDRAWN = "\n\n(The words before this line were taken back: the answer starts again.)\n\n"


class PlainText:
    """The words of one run's events, each event given as its JSON."""

    def __init__(self) -> None:
        self._transcript = Transcript()
        self._words = AnswerWords(self._transcript)
        self._written = ""
        """The message whose words came last."""
        self._sources: dict[str, None] = {}

    def __call__(self, line: bytes) -> bytes:
        """What an event adds to the text."""
        event = decode(line)
        self._transcript.add(event)
        return "".join(self._said(event)).encode(errors="replace")

    def _said(self, event: AnyEvent) -> Iterator[str]:
        if isinstance(event, MessageSuperseded) and event.message_id == self._written:
            self._written = ""
            self._sources.clear()
            yield _WITHDRAWN
        elif isinstance(event, Citation):
            self._sources[f"{event.marker} {event.document}"] = None
        for message_id, words in self._words.add(event):
            yield from self._written_by(message_id, words)
        if isinstance(event, Interrupt):
            yield f"\n\nA decision is needed ({event.interrupt_id}): POST it to the thread's /resume."
        elif isinstance(event, RunFinished):
            yield from self._ending(event)

    def _written_by(self, message_id: str, words: str) -> Iterator[str]:
        if self._written not in ("", message_id):
            yield "\n\n"
        self._written = message_id
        yield words

    def _ending(self, event: RunFinished) -> Iterator[str]:
        for message_id, words in self._words.rest():
            yield from self._written_by(message_id, words)
        yield "\n"
        if self._sources:
            yield "\n" + "".join(f"{source}\n" for source in self._sources)
        if event.status in ("failed", "halted", "truncated", "stopped"):
            why = f": {event.error.message} {event.error.hint}".rstrip() if event.error else ""
            yield f"\n({event.status}{why})\n"
