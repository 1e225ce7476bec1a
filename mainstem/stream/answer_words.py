"""The answer's words in an order that can be printed: one message speaks at a time, the others wait their turn."""

from .answer import is_candidate
from .events import Event, MessageDelta, MessageFinished, MessageSuperseded
from .transcript import Transcript

MessageWords = list[tuple[str, str]]
"""What is to be printed next: ids of messages, each with its words."""


class AnswerWords:
    """Keeps the words of parallel branches from being shuffled. `transcript` takes each event before `add` does."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._speaking = ""  # id of the message whose words come, until it ends
        self._waiting: dict[str, list[str]] = {}

    def add(self, event: Event) -> MessageWords:
        """Take the next event."""
        match event:
            case MessageDelta():
                return self._delta(event)
            case MessageFinished():
                return self._next()
            case MessageSuperseded():
                self._waiting.pop(event.message_id, None)
                return self._next()
            case _:
                return []

    def rest(self) -> MessageWords:
        """What still waits when the run is over."""
        waiting, self._waiting = self._waiting, {}
        return [(key, "".join(pieces)) for key, pieces in waiting.items()]

    def _delta(self, event: MessageDelta) -> MessageWords:
        message = self._transcript.messages.get(event.message_id)
        if message is None or not is_candidate(message):
            return []
        if self._speaking in ("", event.message_id):
            self._speaking = event.message_id
            return [(event.message_id, event.text)]
        self._waiting.setdefault(event.message_id, []).append(event.text)
        return []

    def _next(self) -> MessageWords:
        said: MessageWords = []
        while self._is_over(self._speaking) and self._waiting:
            self._speaking = next(iter(self._waiting))
            said.append((self._speaking, "".join(self._waiting.pop(self._speaking))))
        if self._is_over(self._speaking):
            self._speaking = ""
        return said

    def _is_over(self, message_id: str) -> bool:
        message = self._transcript.messages.get(message_id)
        return message is None or message.superseded or message.finished is not None
