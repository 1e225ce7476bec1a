"""What may not be asked, and not be said: policies on questions and on answers while they are written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

Number = Annotated[float, Field(strict=True)]
OutputKind = Literal["code", "sql", "links"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A rule on what a model is asked or says. What breaks it is never shown. Raises `ValueError` for half a rule."""

    name: str
    """What the rule is called: letters, digits and `_`, a letter first. It is the `rule` of the notice."""
    words: tuple[str, ...] = ()
    """Words and phrases, in capitals or not."""
    patterns: tuple[str, ...] = ()
    """Patterns of Python's `re`."""
    kinds: tuple[OutputKind, ...] = ()
    """Kinds of text: blocks of code, statements of SQL (in capitals), addresses of web pages."""
    judge: Callable[[str], object] | None = None
    """Called with each finished sentence of an answer, or with a whole question, plain or async; what it returns is
    true where the rule is broken. Nothing of the sentence is shown before, nor where it fails: then the run does. What
    is async may take a minute. In Python only."""
    finds: Callable[[str], Iterable[tuple[int, int, str]]] | None = None
    """Called with each finished sentence of an answer: from where to where in it something is, and what it is called.
    With the action `mask` only: a placeholder of that name stands for it. It may take its time. In Python only."""
    confidence: Number | None = None
    """The least confidence of a finished sentence of an answer, above 0 and at most 1: the geometric mean of the
    probabilities of its tokens. They come only from a model that is asked for `logprobs`; without them nothing breaks
    the rule."""
    scores: Mapping[str, Number] = field(default_factory=dict[str, float], hash=False)
    """The least scores of a finished sentence of an answer, by name, as the function of `MAINSTEM_SCORE` gives them
    (`guarded(…, score=…)`): `{"mood": -0.5}`. Nothing of the sentence is shown before it is scored; without that score
    it breaks nothing."""
    on: Literal["output", "input", "both"] = "output"
    """What it looks at: what the model says, what it is asked, or both."""
    action: Literal["halt", "mask", "review"] = "halt"
    """`halt`: the answer ends before what breaks the rule, the run as `halted` (reason: policy), and a question that
    breaks it is not put to the model. `mask`: a placeholder stands for it, and the answer goes on. `review`: the run is
    interrupted before it, and a person approves, flags, edits or rejects what the answer goes on with; in a graph that
    keeps threads, and anywhere else as `halt`."""
    says: str = ""
    """Words that are shown instead of what was kept back; empty: none."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        """Look whether it is a whole rule."""
        looks_for = self.words or self.patterns or self.kinds or self.finds
        if not (looks_for or self.judge or self.scores or self.confidence is not None):
            raise ValueError(
                f"The policy {self.name!r} looks for nothing: give words, patterns, kinds, scores, a judge or a "
                "confidence."
            )
        if self.scores and self.on != "output":
            raise ValueError(f"The policy {self.name!r} cannot hold its scores: only answers are scored.")
        if self.confidence is not None and not (0 < self.confidence <= 1 and self.on == "output"):
            raise ValueError(
                f"The policy {self.name!r} cannot hold its confidence: it is above 0 and at most 1, and of an answer."
            )
        if self.action == "mask" and (self.on != "output" or not looks_for):
            raise ValueError(
                f"The policy {self.name!r} cannot mask: only words, patterns and links of an answer are masked. "
                "MAINSTEM_MASK_WORDS masks what is asked, too."
            )
        if self.action == "mask" and (self.judge or self.scores or self.confidence is not None):
            raise ValueError(
                f"The policy {self.name!r} cannot mask what a judge, scores or a confidence tell of a whole sentence: "
                "let it halt, or ask for a review, and mask by another policy."
            )
        if self.action == "mask" and set(self.kinds) - {"links"}:
            raise ValueError(
                f"The policy {self.name!r} cannot mask code or SQL, of which the beginning is found, and not the end: "
                "let it halt, or ask for a review."
            )
        if self.finds is not None and self.action != "mask":
            raise ValueError(f"The policy {self.name!r} finds what is masked: set the action to mask, or give a judge.")
        if self.action == "review" and self.on != "output":
            raise ValueError(f"The policy {self.name!r} cannot review a question: a person reviews answers only.")
