"""The findings of all runs, folded into one cell a law and peer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.truth.cases import Case
from benchmarks.truth.judge import LAWS, Finding, guessed, judge
from benchmarks.truth.peers.base import Reading
from benchmarks.truth.seen import Seen


@dataclass
class Row:
    """Everything about one peer."""

    peer: type[Reading]
    runs: list[tuple[Case, Seen, dict[str, Finding]]] = field(
        default_factory=list[tuple[Case, Seen, dict[str, Finding]]]
    )

    def add(self, case: Case, seen: Seen) -> None:
        """One more run."""
        self.runs.append((case, seen, judge(case, seen)))

    def broken(self, law: str) -> list[tuple[Case, str]]:
        """The runs that break a law, and where."""
        return [(case, found[law].where) for case, _, found in self.runs if found[law].verdict == "broken"]

    def silent(self, law: str) -> list[tuple[Case, str]]:
        """The runs that would have shown a law, and of which the peer tells nothing."""
        return [(case, found[law].where) for case, _, found in self.runs if found[law].verdict == "not told"]

    def held(self, law: str) -> int:
        """How many runs could have broken a law, and did not."""
        return sum(found[law].verdict == "held" for _, _, found in self.runs)

    def verdict(self, law: str) -> str:
        """holds, breaks, not told, not checkable: by what was seen alone, whoever the peer is."""
        if self.broken(law):
            return "breaks"
        if self.silent(law):
            return "not told"
        return "holds" if self.held(law) else "not checkable"

    def cell(self, law: str) -> str:
        """The verdict, with how many runs say so."""
        verdict, broken, silent, held = self.verdict(law), len(self.broken(law)), len(self.silent(law)), self.held(law)
        mark = " \\*" if law in self.peer.remarks else ""
        cells = {
            "holds": f"holds ({held}){mark}",
            "breaks": f"**breaks** ({broken} of {broken + silent + held}){mark}",
            "not told": f"not told ({silent} of {silent + held}){mark}",
        }
        return cells.get(verdict, verdict)

    def guessed(self) -> list[str]:
        """The faults after which a tool ran with arguments that never came whole."""
        return [case.name for case, seen, _ in self.runs if guessed(case, seen)]

    def endings(self) -> tuple[str, str]:
        """How the stream of a whole run ends, and that of one that fails."""
        whole = next((seen for case, seen, _ in self.runs if case.name == "plain"), None)
        failed = next((seen for _, seen, _ in self.runs if seen.pending and seen.outcome != "given up"), None)
        return _ending(whole), _ending(failed)


def _ending(seen: Seen | None) -> str:
    if seen is None:
        return "–"
    said = f"an event that says {seen.ends[-1]}" if seen.ends else ""
    raised = "an exception" if seen.outcome == "raised" else ""
    return ", then ".join(part for part in (said, raised) if part) or "the end of the iteration"


def grid(rows: Sequence[Row]) -> Iterable[list[str]]:
    """The table, a list of cells a line."""
    yield ["law", *(row.peer.name for row in rows)]
    for law, name in LAWS.items():
        yield [f"{law} {name}", *(row.cell(law) for row in rows)]
