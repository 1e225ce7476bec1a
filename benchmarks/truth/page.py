"""`docs/truth.md`, written from the findings. Only the date, the machine and the duration change from run to run."""

# ruff: noqa: E501 - the page's lines are as long as its sentences

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from benchmarks.truth.cases import Case
from benchmarks.truth.judge import LAWS
from benchmarks.truth.play import SOON
from benchmarks.truth.table import Row, grid

_INTRO = """# The truth table of the field

## What does this page compare?

This page compares what several streams of LangGraph tell their readers when things go wrong: the same graphs, the same faults, the same judge.
It is written by `python -m benchmarks.truth`, and nothing in it is written by hand but its explanations.
[The laws](laws.md) says what each law means.

## How was it measured?

It was measured by playing {cases} cases against each peer, one case after the other, the peers side by side, on {date} in {seconds:.0f} seconds.
The machine: {machine}.

- The model is `ChatOpenAI()` against `mainstem.testing.ScriptedProvider` on 127.0.0.1: real TCP, real HTTP, scripted answers. After the script come whole answers, for whoever asks again.
- The graph is `create_agent` with one tool; for retry, fallback, copy, summariser, router and two nodes at once it is a graph of one or two nodes. All peers run the same ones, in `benchmarks/truth/graphs.py`.
- Each peer has an adapter in `benchmarks/truth/peers/` that turns its own output into the same few facts. One judge, `benchmarks/truth/judge.py`, knows the facts and not the peer; `mainstem` must satisfy its own `laws.check` besides.
- The truth is looked up behind the peer's back: in the thread's checkpoint, and at the provider, which knows whether somebody still listens.
- The reader that leaves is a TCP client that closes its socket in mid-answer; in-process peers are served for it by Starlette and uvicorn, the way their own examples do it. A graph has {soon:.0f} s to stop.

| peer | what runs | versions |
|---|---|---|
{peers}

## What do the verdicts mean?

The verdicts are four, and a peer is held only to what it sets out to do.

- *holds (n)*: in each of the n runs that could have shown a break.
- *breaks (n of m)*: in n of m runs its reader was told something wrong, or could not tell.
- *not promised*: the peer does not set out to do it, or leaves it to its reader and gives what that takes. The reason is below.
- *not checkable*: these runs cannot show it.
- A star: a limit, told below.

## What came out?

What came out is one cell for each law and peer; what was seen in each case is below the table.

"""

_SAME = """
## What is the same for all peers?

What is the same for all peers is what the graph and its model client do before a stream can tell of it.

- A tool ran with arguments that had to be guessed after these faults: {guessed}.
- An answer that was cut (`early end`) is stored in the checkpoint like a whole one, only without a `finish_reason`; this holds for `mainstem` over a foreign graph too, though its events say *truncated*.
- Of a message that a node rebuilds, the words were streamed under an id that the checkpoint does not have: law 3 cannot be checked there, except where the peer sends the state afterwards.
"""


def page(rows: Sequence[Row], every: Sequence[Case], seconds: float) -> str:
    """The page."""
    head = _INTRO.format(
        cases=len(every),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        seconds=seconds,
        machine=_machine(),
        soon=SOON,
        peers="\n".join(f"| {row.peer.name} | {row.peer.how} | {row.peer.versions()} |" for row in rows),
    )
    return "".join([head, _table(rows), _ends(rows), _SAME.format(guessed=_guesses(rows)), *map(_peer, rows)])


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _table(rows: Sequence[Row]) -> str:
    head, *lines = grid(rows)
    made = [_line(head), _line(["---"] * len(head)), *(_line(line) for line in lines)]
    return "\n".join(made) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ends(rows: Sequence[Row]) -> str:
    endings = [row.endings() for row in rows]
    lines = [
        _line(["", *(row.peer.name for row in rows)]),
        _line(["---"] * (len(rows) + 1)),
        _line(["a run that succeeds", *(whole for whole, _ in endings)]),
        _line(["a run that fails", *(failed for _, failed in endings)]),
    ]
    return "\n## How does each stream end?\n\nEach stream ends in its own way, and law 1 takes any of them.\n\n" + (
        "\n".join(lines) + "\n"
    )


def _guesses(rows: Sequence[Row]) -> str:
    said: dict[str, list[str]] = {}
    for row in rows:
        said.setdefault(", ".join(f"*{name}*" for name in row.guessed()) or "none", []).append(row.peer.name)
    return "; ".join(f"{faults} ({', '.join(names)})" for faults, names in said.items())


def _peer(row: Row) -> str:
    broken = [law for law in LAWS if row.verdict(law) == "breaks"]
    silent = [law for law in LAWS if row.verdict(law) == "not promised"]
    unknown = [law for law in LAWS if row.verdict(law) == "not checkable"]
    kept = len(LAWS) - len(broken) - len(silent) - len(unknown)
    lines = [f"\n## What was seen of {row.peer.name}?\n"]
    lines.append(
        f"Of {row.peer.name}, {kept} rows of the table hold, {len(broken)} break, "
        f"{len(silent)} are not promised and {len(unknown)} are not checkable.\n"
    )
    lines += [line for law in broken for line in _breaks(row, law)]
    lines += [f"- {law} not promised: {_reason(row, law)}" for law in silent]
    lines += [f"- {law} limit: {said}" for law, said in row.peer.remarks.items()]
    lines += [f"- {law} not checkable: no run of this matrix shows it." for law in unknown]
    return "\n".join(lines) + "\n"


def _breaks(row: Row, law: str) -> Iterable[str]:
    """One line a different way of breaking, with the first fault's script and the names of the others."""
    ways: dict[str, list[Case]] = {}
    for case, where in row.broken(law):
        ways.setdefault(where, []).append(case)
    for where, shown in ways.items():
        more = f"; also: {', '.join(case.name for case in shown[1:])}" if len(shown) > 1 else ""
        yield f"- {law} **breaks** with *{shown[0].name}*: {where}. Script: `{shown[0].script}`{more}"


def _reason(row: Row, law: str) -> str:
    seen = row.broken(law)
    names = ", ".join(dict.fromkeys(case.name for case, _ in seen))
    return row.peer.not_promised[law] + (f" Seen: {seen[0][1]} ({names})." if seen else "")
