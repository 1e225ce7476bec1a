"""The fleet: how many people one core serves, each with 50 tokens a second, before tokens come late."""

import math
import statistics
from collections.abc import Callable, Iterable

from benchmarks.bench import Bench, Outcome
from benchmarks.section import Chart, Section, Table
from benchmarks.series import VOID, pick, ratio
from benchmarks.subjects import PLAIN

RATE = 50
LATE = 0.15
"""Seconds that the 99th percentile of the tokens may be late."""
SHARE = 0.95
"""Share of the tokens that must have come at all."""
QUICK = (PLAIN, "mainstem", "mainstem, settled")
NEVER = ("ainvoke",)
FIRST_GUESS = 60
PRECISION = 1.12
SECONDS = 1.5
AT_A_GLANCE = 40
"""Streams, where nothing is searched."""


def near(keeps: Callable[[int], bool], guess: int) -> int:
    """One step up or down from `guess`, or `guess` itself: where it was found before, it is not far from there."""
    up, down = math.ceil(guess * PRECISION), max(1, math.floor(guess / PRECISION))
    if keeps(guess):
        return up if keeps(up) else guess
    return down if keeps(down) else max(1, math.floor(down / PRECISION))


def capacity(keeps: Callable[[int], bool], guess: int) -> int:
    """The most that `keeps` holds for, by doubling and bisection, to a factor of `PRECISION`."""
    low, high, now = 0, 0, max(1, guess)
    while not (low and high):
        if keeps(now):
            low, now = now, now * 2
        else:
            high, now = now, now // 2
        if now == 0:
            return 0
    while high / low > PRECISION and high - low > 1:
        middle = round(math.sqrt(low * high))
        low, high = (middle, high) if keeps(middle) else (low, middle)
    return low


class Search:
    """One subject's capacity, found again in each round; later rounds begin where the earlier ones ended."""

    def __init__(self, bench: Bench, name: str) -> None:
        self._bench = bench
        self._name = name
        self.found: list[int] = []
        self.voids: list[str] = []
        self._at: dict[int, Outcome] = {}

    def once(self) -> None:
        """Find it once more."""
        self._void = ""
        again = [found for found in self.found if found]
        if again:
            self.found.append(near(self._keeps, round(statistics.median(again))))
        else:
            self.found.append(capacity(self._keeps, FIRST_GUESS))
        self.voids.append(self._void)

    def _keeps(self, streams: int) -> bool:
        outcome = trial(self._bench, self._name, streams)
        good = keeps(outcome)
        if not good and outcome.void:
            self._void = outcome.void  # a failure that is the wire's own says nothing of the subject
        if good:
            self._at[streams] = outcome
        return good

    @property
    def streams(self) -> float:
        counted = [found for found, void in zip(self.found, self.voids, strict=True) if not void]
        return statistics.median(counted or self.found)

    @property
    def void(self) -> str:
        reasons = [void for void in self.voids if void]
        return reasons[0] if len(reasons) * 2 > len(self.voids) else ""

    def at_best(self, key: str) -> float:
        """A figure of the trial that was nearest to the capacity."""
        nearest = min(self._at, key=lambda streams: abs(streams - self.streams), default=0)
        return self._at[nearest].found[key] if nearest else float("nan")


def trial(bench: Bench, name: str, streams: int) -> Outcome:
    """So many streams at once."""
    return bench.trial(name, "fleet", streams=streams, rate=RATE, seconds=SECONDS)


def keeps(outcome: Outcome) -> bool:
    """Whether that many are served well."""
    found = outcome.found
    return not found.get("error") and found["late_p99"] <= LATE and found["share"] >= SHARE and not found["failed"]


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


def measure(bench: Bench) -> Section:
    there = [name for name in bench.there() if name not in NEVER]
    if bench.quick:
        return glance(bench, "The fleet, at a glance", pick(QUICK, there))
    searches = {name: Search(bench, name) for name in there}
    for _ in range(bench.rounds):
        for search in searches.values():
            search.once()
    plain = searches[PLAIN].streams if PLAIN in searches else 0.0
    rows = [row(name, search, plain) for name, search in searches.items()]
    bars = [{"subject": name, "streams": search.streams} for name, search in searches.items()]
    chart = Chart("fleet", "Streams a core at 50 tokens a second", "streams", "subject", bars)
    text = (
        f"So many people at once, each with an answer at {RATE} tokens a second, begun one after the other over as "
        "many seconds as are then measured. Counted is the largest number with which 99 % of the tokens come at most "
        f"{LATE * 1000:.0f} ms after the wire sent them, and {SHARE:.0%} come at all: found by doubling and bisection, "
        "and from then on by a step up or down in each round. The other figures are those of a trial near that number."
    )
    said = {name: search.void for name, search in searches.items() if search.void}
    voids = [f"{VOID} {name}: {void}: it serves at least so many." for name, void in said.items()]
    return Section("The fleet", text, [Table(columns(PLAIN), rows)], [chart], voids)


def columns(plain: str) -> list[str]:
    """The table's head; `plain` is the subject that the others are compared with."""
    late = ["late p50, ms", "late p99, ms", "first word p99, ms"]
    return ["", "streams a core", f"× {plain}", *late, "CPU µs a token", "core in use", "cores for a million"]


def row(name: str, search: Search, plain: float) -> list[str]:
    """A subject's line of the table; `plain` is the number that it is compared with."""
    return [
        f"{name} {VOID}" if search.void else name,
        f"{search.streams:,.0f}",
        ratio(search.streams, plain),
        *(f"{search.at_best(key) * 1000:.0f}" for key in ("late_p50", "late_p99", "first_p99")),
        f"{search.at_best('cpu_per_token') * 1e6:.0f}",
        f"{search.at_best('cpu'):.0%}",
        f"{1e6 / search.streams:,.0f}" if search.streams else "–",
    ]
