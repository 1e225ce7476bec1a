"""The matrix: what is played, on which graph, and what the reader does meanwhile."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mainstem.models.scripted.script import Usage
from mainstem.testing.faults import FAULTS, ODD, TEXT
from mainstem.testing.script import WireTurn
from mainstem.testing.trials import PLAIN

How = Literal["read", "stop", "stop in a tool", "leave", "sleep", "again"]

SECRET = "sk-live-0123456789abcdef"
LONG = " ".join(f"word{number}" for number in range(60))
AFTERWARDS = 20

HALF: list[dict[str, Any]] = [{"words": "The answer is forty-two, "}, {"drop": "and that is"}]


def turn(*steps: dict[str, Any]) -> WireTurn:
    """A turn of these steps."""
    return WireTurn.model_validate(list(steps))


_COUNTED = {"usage": {"input_tokens": 5, "output_tokens": 3}}
_CALL = turn({"tool_call": {"name": "search", "args": {"query": "a", "of": "b"}, "id": "call_a"}}, _COUNTED)


def _turn_of_thought() -> WireTurn:
    return turn({"reasoning": "Let me see. "}, {"reasoning": "It is forty-two."}, {"words": TEXT}, _COUNTED)


SLOW = turn({"words": LONG, "delay": 0.05})


@dataclass(frozen=True)
class Case:
    """One run: a graph, a script, and a reader."""

    name: str
    turns: tuple[WireTurn, ...]
    graph: str = "agent"
    how: How = "read"
    answer_nodes: tuple[str, ...] = ()
    """The nodes whose words are the answer; empty: all."""
    secret: str = ""
    limit: int | None = None
    """The steps that the graph may take; None: as many as it likes."""
    whole: bool = False
    """Whether the provider's answer is whole, so that nothing may fail."""
    quick: bool = True
    """Whether it is played with `--quick` too."""

    @property
    def script(self) -> str:
        """What the provider plays, without the whole answers that follow."""
        steps = [one.model_dump(mode="json", exclude_defaults=True) for one in self.turns if one is not PLAIN]
        styled = [one["steps"] if set(one) == {"steps"} else one for one in steps]
        text = json.dumps(styled or [[{"words": TEXT}]], ensure_ascii=False).replace(LONG, "word0 word1 … word59")
        return text if len(text) < 400 else f"{text[:300]} …"

    @property
    def error(self) -> str:
        """What the provider says went wrong; empty where it says nothing."""
        told = (step for one in self.turns for step in one.model_dump(mode="json")["steps"])
        messages = (step.get("message") or (step.get("error_object") or {}).get("message") for step in told)
        return next((str(message) for message in messages if message), "")

    @property
    def usage(self) -> tuple[int, int]:
        """The tokens in and out that the provider counts, over all turns."""
        counts = [step.usage for one in self.turns for step in one.steps if isinstance(step, Usage)]
        return sum(one["input_tokens"] for one in counts), sum(one["output_tokens"] for one in counts)

    def node_of(self, text: str) -> str | None:
        """The node whose words these are; None where two nodes speak at once."""
        if self.graph in ("agent", "thinking"):
            return "model"
        if self.graph == "twice":
            return "first" if text == TEXT else "then"
        if self.graph in ("summary", "router"):
            return "ask" if TEXT.startswith(text) else {"summary": "summarise", "router": "route"}[self.graph]
        return None if self.graph == "both" else "ask"

    @property
    def played(self) -> list[WireTurn]:
        """The turns, and whole answers for whoever asks again."""
        return [*self.turns, *[PLAIN] * AFTERWARDS]


_QUICK = ("drop mid-token", "early end", "error object", "length", "bad request", "arguments cut off", "stall")
_AGAIN = "Something else, and nothing but that."


def cases(*, quick: bool = False) -> Sequence[Case]:
    """All of them, or those that are quickly played."""
    every = [Case("plain", (PLAIN,), whole=True), *_faults(), *_graphs(), *_readers()]
    return [case for case in every if case.quick or not quick]


def _faults() -> list[Case]:
    return [Case(name, (one,), quick=name in _QUICK, whole=name in ODD) for name, one in FAULTS.items()]


def _graphs() -> list[Case]:
    internal = turn({"words": "They asked for the answer once more."})
    way = turn({"words": '{"next": "ask", "why": "a question"}'})
    # at two paces that seldom meet, so that the words mix in the same way each time
    slowly, other = turn({"words": TEXT, "delay": 0.04}), turn({"words": _AGAIN, "delay": 0.065})
    return [
        Case("a rebuilt copy", (PLAIN,), "copy"),
        Case("retry after half an answer", (turn(*HALF),), "retry"),
        Case("fallback after half an answer", (turn(*HALF),), "fallback"),
        Case("a summariser", (internal, PLAIN), "summary", answer_nodes=("ask",)),
        Case("a router", (way, PLAIN), "router", answer_nodes=("ask",)),
        Case("two nodes at once", (slowly, other), "both"),
        Case("thoughts", (_turn_of_thought(),), "thinking", whole=True),
        Case("a step limit", (_CALL,) * 4, limit=4),
        Case("a secret", (turn({"words": f"The key is {SECRET}, keep it."}),), secret=SECRET),
    ]


def _readers() -> list[Case]:
    call = turn({"tool_call": {"name": "search", "args": {"query": "slow"}, "id": "call_a"}})
    return [
        Case("a tool", (_CALL, PLAIN), whole=True),
        Case("stopped", (SLOW,), how="stop"),
        Case("stopped in a tool", (call,), how="stop in a tool"),
        Case("left by its reader", (SLOW,), how="leave"),
        Case("a reader that sleeps", (PLAIN, turn({"words": _AGAIN})), "twice", how="sleep"),
        Case("read again", (turn({"words": LONG}),), how="again"),
    ]
