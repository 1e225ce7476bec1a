"""What a reader of any peer's output knows, in the few facts that the laws speak of."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["exhausted", "raised", "given up"]


@dataclass
class Said:
    """One message, as the peer shows it."""

    key: str
    text: str = ""
    node: str | None = None
    answer: bool | None = None
    """Whether the peer calls it the answer; None: it does not say."""
    complete: bool | None = None
    """Whether the peer calls it whole; None: it does not say."""
    withdrawn: bool = False
    """Whether the peer took it back, or put something else in its place."""
    arrivals: int = 0
    """How many arrivals the peer tells that its text came in; a part of its own is one."""


@dataclass
class Called:
    """One tool call, as the peer tells it."""

    name: str = ""
    written: str = ""
    """The pieces of its arguments, joined."""
    told: list[Any] = field(default_factory=list[Any])
    """Its arguments, each time that they were told whole."""


@dataclass
class Seen:
    """A run, as one reader saw it, and what was found behind its back."""

    messages: dict[str, Said] = field(default_factory=dict[str, Said])
    running: set[str] = field(default_factory=set[str])
    """Started and not finished."""
    pairs: int = 0
    """How many things the peer said had started."""
    odd: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What was wrong at the moment it came: the law, and where."""
    ends: list[str] = field(default_factory=list[str])
    """What the peer's own end events say: done, truncated, stopped, failed."""
    numbers: list[int] = field(default_factory=list[int])
    """The positions that the peer gives its parts."""
    outcome: Outcome = "exhausted"
    """How the reading ended."""
    error: str = ""
    stored: list[Any] = field(default_factory=list[Any])
    """The thread's messages in the checkpoint, after the run."""
    pending: bool = False
    """Whether the checkpoint says that something was still to run: the graph failed or was stopped."""
    still_open: bool | None = None
    """Whether the graph was still talking to its model a second after it was stopped or left."""
    waited: bool | None = None
    """Whether the graph's next step waited while the reader slept."""
    calls: dict[str, Called] = field(default_factory=dict[str, Called])
    """What the peer tells of the model's tool calls, by id."""
    reasoning: str = ""
    """The reasoning that was shown, all of it."""
    usage: Counter[str] = field(default_factory=Counter[str])
    """The tokens that the peer tells of the whole run: in and out."""
    replayed: str | None = None
    """What was wrong with the second reading; empty: nothing; None: there is no second reading."""

    def message(self, key: str, **known: Any) -> Said:
        """The message of that key; made now if it is new."""
        said = self.messages.setdefault(key, Said(key))
        for name, value in known.items():
            setattr(said, name, value)
        return said

    def say(self, key: str, text: str, arrivals: int = 1, **known: Any) -> None:
        """More words of a message."""
        said = self.message(key, **known)
        said.text += text
        said.arrivals += arrivals if text else 0
        self._compare(said)

    def call(self, key: str, name: str = "", more: str = "", args: Any = None) -> None:
        """More of a tool call: a piece of its arguments, or all of them."""
        called = self.calls.setdefault(key, Called())
        called.name = name or called.name
        called.written += more
        if args is not None:
            called.told.append(args)

    def spend(self, usage: Any) -> None:
        """The tokens of one message, or of several at once."""
        if usage:
            self.usage += Counter({"in": usage["input_tokens"], "out": usage["output_tokens"]})

    def replace(self, key: str, text: str) -> None:
        """The whole text of a message, in place of what was shown of it."""
        said = self.message(key)
        if said.text and said.text != text:
            self._found("3", f"{said.text[:24]!r} … was on the screen, where {text[:24]!r} … is the message")
        said.text = text

    def start(self, thing: str) -> None:
        """Something began."""
        if thing in self.running:
            self.odd.append(("2", f"{thing} started twice"))
        self.pairs += 1
        self.running.add(thing)

    def finish(self, thing: str) -> None:
        """Something ended."""
        if thing not in self.running:
            self.odd.append(("2", f"{thing} finished without a start"))
        self.running.discard(thing)

    def end(self, status: str) -> None:
        """The peer says that the run is over."""
        self.ends.append(status)

    @property
    def words(self) -> bool:
        """Whether any word was shown."""
        return any(said.text for said in self.messages.values())

    def _compare(self, said: Said) -> None:
        """A message that begins with all the words of another shows them again, unless those were taken back."""
        begins = said.text[: _end_of(said.text, _SEVERAL)]
        if begins and begins in said.text[len(begins) :]:
            self._found("4", f"{said.text[:60]!r}: one message begins twice")
        for other in self.messages.values():
            if other is said or other.withdrawn or len(other.text.split()) < _SEVERAL:
                continue
            if said.text.startswith(other.text.rstrip()):
                self._found("4", f"{other.text[:40]!r} is on the screen a second time")

    def _found(self, law: str, where: str) -> None:
        """Keep the last sight of it: it tells the most."""
        self.odd = [*(one for one in self.odd if one[0] != law), (law, where)]


_SEVERAL = 3
"""So many words make a beginning that nobody repeats by chance."""


def _end_of(text: str, words: int) -> int:
    """Where the first so many words end; 0 when there are fewer."""
    parts = text.split(" ", words)
    return len(" ".join(parts[:words])) if len(parts) > words else 0
