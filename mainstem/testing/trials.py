"""What `mainstem check` plays to a graph, and what one such run came to."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal

from mainstem.models.errors import ScriptError
from mainstem.models.scripted.script import Script, ToolCall, ToolChunk, WordByWord, parse_script
from mainstem.stream import laws
from mainstem.testing.faults import ODD, REFUSED, TEXT, broken, odd
from mainstem.testing.offered import SEARCH, Offered
from mainstem.testing.script import WireScript, WireTurn

SLOWLY = 0.05
"""Seconds before each word of an answer that is to be stopped."""

LATER = 30
"""At least so many whole answers follow a fault, for graphs that ask again."""

SLOW = ("stopped", "left by its reader")
"""Answers that come slowly enough to be stopped, or left."""

READ = ("plain", *SLOW)
"""What is tried beside the faults: a whole answer, a stop, and a reader that leaves."""

SILENT = ("stall", "silence")
"""Faults after which nothing more ever comes."""

DOUBTFUL = ("arguments cut off", "mixed arguments")
"""Faults after which no tool may run: what it would run with is a guess."""

WHOLE = tuple(name for name, turn in ODD.items() if not isinstance(turn.steps[0], ToolCall | ToolChunk))
"""Faults that are none: whole answers, oddly told, that no graph need fail at."""


def whole_answer(number: int) -> WireTurn:
    """A whole answer, without a fault. Each has words of its own, so that a graph may ask as often as it likes."""
    said = TEXT if number == 1 else f"Answer {number}: {TEXT}"
    return WireTurn.model_validate([{"words": said}, {"usage": {"input_tokens": 9, "output_tokens": 12}}])


PLAIN = whole_answer(1)
"""The first whole answer."""


@dataclass(frozen=True)
class Plan:
    """What the provider plays in each trial."""

    plain: Sequence[WireTurn]
    """What it says when nothing is wrong."""
    again: Sequence[WireTurn]
    """What it says after a failure, to a graph that asks again."""
    tool: Offered = SEARCH
    """The tool that faults call."""

    @classmethod
    def numbered(cls) -> "Plan":
        """Whole answers in prose, each with its number."""
        answers = [whole_answer(number) for number in range(1, LATER + 2)]
        return cls(answers, answers[1:])

    @classmethod
    def of(cls, script: Script | Sequence[Any]) -> "Plan":
        """A user's own script of whole answers, begun anew after a failure. Raises `ScriptError`."""
        read = script if isinstance(script, Script) else parse_script(script, WireScript)
        turns = [WireTurn.model_validate(turn.model_dump()) for turn in read.turns]
        if not turns:
            raise ScriptError("The plain script has no turn: write what the model says when nothing is wrong.")
        return cls(turns, turns)

    @property
    def trials(self) -> Mapping[str, WireTurn]:
        """What is played first, by the name of the trial."""
        first = self.plain[0]
        slow = _slow(first)
        whole = odd(first.steps, self.tool)
        return {"plain": first, "stopped": slow, "left by its reader": slow, **REFUSED, **broken(self.tool), **whole}

    def turns(self, name: str) -> list[WireTurn]:
        """All that is played in one trial, in order."""
        then = self.plain[1:] if name in (*READ, *ODD) else self.again
        later = [*then, *list(self.plain) * ceil(LATER / len(self.plain))]
        return [self.trials[name], *(map(_slow, later) if name in SLOW else later)]


def _slow(turn: WireTurn) -> WireTurn:
    steps = [one.model_copy(update={"delay": SLOWLY}) if isinstance(one, WordByWord) else one for one in turn.steps]
    return turn.model_copy(update={"steps": steps})


NAMES = tuple(Plan.numbered().trials)
"""The trials that there are, in order."""

FindingAbout = Literal["graph", "mainstem"]
"""Whose doing something is: the graph's that is checked, or that of Mainstem's own stream."""


@dataclass(frozen=True)
class TrialFinding:
    """Something that is wrong."""

    about: FindingAbout
    text: str
    """What, as a line."""
    law: laws.Law | None = None
    """The law that is broken; None: no law speaks of it."""


@dataclass(frozen=True)
class Trial:
    """One run of the graph against one fault."""

    name: str
    """The fault, or `plain`, `stopped`, `left by its reader`."""
    script: WireTurn
    """What the provider played first; whole answers follow."""
    status: str
    """How the run ended."""
    error: str
    """Why it failed; empty when it did not."""
    requests: int
    """Calls that the graph made to the provider."""
    report: laws.Report
    """The laws, one by one."""
    remarks: tuple[str, ...] = ()
    """What is no law, and yet wrong with the graph: a tool that ran with arguments that never came whole."""
    late: bool = False
    """Whether it was stopped because patience ran out."""
    seconds: float = 0.0
    """How long it took."""
    graphs_own: Collection[int] = ()
    """Laws whose break is the graph's own doing: its threads cannot be stopped."""

    @property
    def judged(self) -> bool:
        """Whether it can be judged: a graph that does not finish on a whole answer says nothing of any fault."""
        return self.name != "plain" or (self.status in ("done", "interrupted") and not self.late)

    @property
    def findings(self) -> tuple[TrialFinding, ...]:
        """All that is wrong, each with whose doing it is."""
        broken = (
            TrialFinding("graph" if law.number in self.graphs_own else "mainstem", law.where, law)
            for law in self.report.broken
        )
        return (*broken, *(TrialFinding("graph", remark) for remark in self.remarks))

    @property
    def script_json(self) -> str:
        """The script that shows it, for a test of one's own."""
        return json.dumps(self.script.model_dump(mode="json", exclude_defaults=True)["steps"], ensure_ascii=False)
