"""The fleet: how many people one core serves, each with 50 tokens a second, before tokens come late."""

from collections.abc import Callable, Iterable, Sequence

from benchmarks.bench import Bench
from benchmarks.capacity import BRISK, DEEP, FIRST_GUESS, RATE, Search, Trials, trial
from benchmarks.section import Chart, Section, Table
from benchmarks.series import VOID, pick, ratio
from benchmarks.subjects import SETTLED
from benchmarks.trials import ANSWER

QUICK = (SETTLED, "mainstem, settled", "mainstem, fast(their model), settled")
NEVER = ("ainvoke",)
ROUNDS = 3
"""A round takes long: each trial does."""
AT_A_GLANCE = 40
"""Streams, where nothing is searched."""


class Capacity:
    """What a subject serves by both criteria."""

    def __init__(self, bench: Bench, name: str) -> None:
        self._bench = bench
        self.name = name
        self.brisk, self.deep = Search(BRISK), Search(DEEP)

    def once(self) -> None:
        """Find both once more, from the same trials."""
        trials = Trials(self._bench, self.name)
        brisk = self.brisk.once(trials)
        self.deep.once(trials, brisk or FIRST_GUESS)

    @property
    def void(self) -> str:
        """Why the row does not count; empty when it does."""
        return self.brisk.void or self.deep.void


def measure(bench: Bench) -> Section:
    there = [name for name in bench.there() if name not in NEVER]
    if bench.quick:
        return glance(bench, "The fleet, at a glance", pick(QUICK, there))
    found = searched(bench, there, lambda: None)
    text = (
        f"So many people at once, each with an answer of {ANSWER:.0f} s at {RATE} tokens a second and then with the "
        "next, begun at random over the length of one. " + HOW
    )
    bars = [{"subject": each.name, "streams": each.brisk.streams} for each in found]
    chart = Chart("fleet", "Streams a core at 50 tokens a second, brisk", "streams", "subject", bars)
    return Section("The fleet", text, [table(found, SETTLED)], [chart], voids(found))


HOW = (
    "Counted is the largest number with which 99 % of the tokens come at most 150 ms after the wire sent them and 99 % "
    "of the first words at most 300 ms after they were asked for (*deep*), and half of the tokens at most 25 ms late "
    "(*brisk*): found by doubling and bisection, and from then on by a step up or down in each of up to three rounds. "
    "The other figures are those of a trial near *brisk*."
)


def searched(bench: Bench, names: Sequence[str], between: Callable[[], None]) -> list[Capacity]:
    """Their capacities, in rounds; `between` is done after each subject."""
    found = [Capacity(bench, name) for name in names]
    for _ in range(min(ROUNDS, bench.rounds)):
        for each in found:
            each.once()
            between()
    return found


def table(found: Sequence[Capacity], against: str) -> Table:
    """A line a subject, compared with `against`."""
    plain = next((each for each in found if each.name == against), None)
    brisk, deep = (plain.brisk.streams, plain.deep.streams) if plain else (0.0, 0.0)
    late = ["late p50, ms", "late p99, ms", "first word p99, ms"]
    head = ["", "brisk", f"× {against}", "deep", "×", *late, "CPU µs a token", "core in use", "cores for a million"]
    return Table(head, [_row(each, brisk, deep) for each in found])


def _row(each: Capacity, brisk: float, deep: float) -> list[str]:
    best = each.brisk.at_best
    return [
        f"{each.name} {VOID}" if each.void else each.name,
        f"{each.brisk.streams:,.0f}",
        ratio(each.brisk.streams, brisk),
        f"{each.deep.streams:,.0f}",
        ratio(each.deep.streams, deep),
        *(f"{best(key) * 1000:.0f}" for key in ("late_p50", "late_p99", "first_p99")),
        f"{best('cpu_per_token') * 1e6:.0f}",
        f"{best('cpu'):.0%}",
        f"{1e6 / each.brisk.streams:,.0f}" if each.brisk.streams else "–",
    ]


def voids(found: Sequence[Capacity]) -> list[str]:
    """Why rows are void."""
    return [f"{VOID} {each.name}: {each.void}: it serves at least so many." for each in found if each.void]


def glance(bench: Bench, title: str, names: Iterable[str]) -> Section:
    """One trial each, with the same few streams."""
    rows: list[list[str]] = []
    for name in names:
        outcome = trial(bench, name, AT_A_GLANCE)
        late = (f"{outcome.found[key] * 1000:.0f}" for key in ("late_p50", "late_p99"))
        rows.append(
            [f"{name} {VOID}" if outcome.void else name, *late, f"{outcome.found['cpu_per_token'] * 1e6:.0f}"]
            if "error" not in outcome.found
            else [f"{name}: {outcome.found['error']}", "–", "–", "–"]
        )
    text = f"{AT_A_GLANCE} answers at once, {RATE} tokens a second each. How many one core serves takes the whole run."
    return Section(title, text, [Table(["", "late p50, ms", "late p99, ms", "CPU µs a token"], rows)])
