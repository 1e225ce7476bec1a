"""Which words of a run are the answer. Said once, for those who make events and for those who read them."""

from collections.abc import Collection, Iterable
from typing import Any, Protocol, TypeVar


class AnswerFlagged(Protocol):
    """What says whether its words are the answer's."""

    @property
    def answer(self) -> bool | None:
        """True, false, or None when the graph did not say."""
        ...


class AnswerCandidate(AnswerFlagged, Protocol):
    """A message, as far as it was told."""

    @property
    def superseded(self) -> bool:
        """Whether it was taken back."""
        ...

    @property
    def pieces(self) -> Collection[str]:
        """Its words so far."""
        ...

    @property
    def calls(self) -> Collection[Any]:
        """The tool calls that it makes."""
        ...


M = TypeVar("M", bound=AnswerCandidate)


def may_answer(message: AnswerFlagged) -> bool:
    """Whether these words are, or may be, the answer's: all but those that are said not to be."""
    return message.answer is not False


def is_candidate(message: AnswerCandidate) -> bool:
    """Whether a message may be the answer and was not taken back."""
    return may_answer(message) and not message.superseded


def answer_of(messages: Iterable[M]) -> M | None:
    """The answer among messages: the last that counts and has words; one that makes no tool calls goes first."""
    spoken = [message for message in messages if is_candidate(message) and message.pieces]
    final = [message for message in spoken if not message.calls]
    return (final or spoken or [None])[-1]
