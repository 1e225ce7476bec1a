"""What a loader makes of a data set: folders of files, and what is asked over each."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

Files = Mapping[str, str | bytes] | Path
"""Files by name, to be written into a folder; or a folder that is there."""


@dataclass(frozen=True)
class Case:
    """One question over one folder (`group`), and what is right: `gold` is what its metric knows to read."""

    question: str
    gold: Any
    group: str = ""
    kind: str = ""
    after: str = ""
    """The question that goes before it in the same thread; empty: it stands alone."""


@dataclass(frozen=True)
class Suite:
    """Questions, and the folders that they are asked over, each with an index of its own."""

    groups: Mapping[str, Files]
    cases: Sequence[Case]

    def sampled(self, limit: int | None, seed: int) -> "Suite":
        """At most `limit` of the questions, the same ones for the same seed, and in their order."""
        if limit is None or limit >= len(self.cases):
            return self
        kept = sorted(random.Random(seed).sample(range(len(self.cases)), limit))
        return replace(self, cases=[self.cases[at] for at in kept])


@dataclass(frozen=True)
class Reply:
    """What came back: an answer's words and quotes, or a search's passages; `seconds` as a user waits for them.

    `columns`: whether each column of numbers was read as numbers, of the tables that were asked (see `columns`).
    """

    text: str = ""
    seconds: float = 0.0
    status: str = ""
    quotes: Sequence[str] = ()
    passages: Sequence[Mapping[str, Any]] = ()
    columns: Mapping[str, bool] | None = None


@dataclass(frozen=True)
class Measure:
    """A name and one value (mostly 0 to 1) for each question that it is taken on."""

    name: str
    values: Sequence[float]
