"""`docs/explanation/truth.md`, written from the findings. Only the date, the machine and the duration change from run to run."""

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

Several streams of LangGraph are compared by what they tell their readers when things go wrong: the same graphs, the same faults, the same judge.
This page is written by `python -m benchmarks.truth`, and nothing in it is written by hand but its explanations.
[The laws](../reference/laws.md) says what each law means.

## Method

Each peer was played {cases} cases, one case after the other, the peers side by side, on {date} in {seconds:.0f} seconds.
The machine: {machine}.

- The model is `ChatOpenAI()` against `mainstem.testing.ScriptedProvider` on 127.0.0.1: real TCP, real HTTP, scripted answers. After the script come whole answers, for whoever asks again.
- The graph is `create_agent` with one tool; reasoning comes over the Responses interface; for retry, fallback, copy, summariser, router and two nodes at once it is a graph of one or two nodes. All peers run the same ones, in `benchmarks/truth/graphs.py`.
- Each peer has an adapter in `benchmarks/truth/peers/` that turns its own output into the same few facts. One judge, `benchmarks/truth/judge.py`, knows the facts and not the peer; `mainstem` must satisfy its own `laws.check` besides.
- The truth is looked up behind the peer's back: in the thread's checkpoint, and at the provider, which knows whether somebody still listens.
- The reader that leaves is a TCP client that closes its socket in mid-answer; in-process peers are served for it by Starlette and uvicorn, the way their own examples do it. A graph has {soon:.0f} s to stop.

| peer | what runs | versions |
|---|---|---|
{peers}

## Verdicts

There are four, and they come from what was seen alone: the same observation gives the same verdict, whoever the peer is.

- *holds (n)*: in each of the n runs that could have shown a break. An exception ends what was open.
- *breaks (n of m)*: in n of m runs its reader was told something wrong, or the run did what the law rules out.
- *not told (n of m)*: in n of m runs that would have shown it, the peer said nothing of it, so that its reader cannot know. That is no better than a break.
- *not checkable*: these runs cannot show it.
- A star: a limit, told below. What a peer says of a law itself, that it leaves it to its reader for one, stands below too, and changes no verdict.

Each peer is read through the fullest projection that its documentation gives: chunks are added as LangChain adds them, the mode `tasks` is asked for where there is one, and AG-UI's raw events are read too.

## The table

Each law and peer has one cell; what was seen in each case is below the table.

"""

_SAME = """
## The same for all peers

Some things the graph and its model client do before a stream can tell of them.

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
    return "\n## How streams end\n\nAny of these endings will do for law 1.\n\n" + ("\n".join(lines) + "\n")


def _guesses(rows: Sequence[Row]) -> str:
    said: dict[str, list[str]] = {}
    for row in rows:
        said.setdefault(", ".join(f"*{name}*" for name in row.guessed()) or "none", []).append(row.peer.name)
    return "; ".join(f"{faults} ({', '.join(names)})" for faults, names in said.items())


def _peer(row: Row) -> str:
    counts = {verdict: sum(row.verdict(law) == verdict for law in LAWS) for verdict in _VERDICTS}
    lines = [f"\n## Seen of {row.peer.name}\n"]
    lines.append(
        f"{counts['holds']} rows of the table hold, {counts['breaks']} break, "
        f"{counts['not told']} are not told and {counts['not checkable']} are not checkable.\n"
    )
    lines += [line for law in LAWS for line in _ways(row, law, "**breaks**", row.broken(law))]
    lines += [line for law in LAWS for line in _ways(row, law, "not told", row.silent(law))]
    lines += [f"- {law} limit: {said}" for law, said in row.peer.remarks.items()]
    lines += [
        f"- {law}, in its own words: {said}" for law, said in row.peer.says.items() if row.verdict(law) != "holds"
    ]
    lines += [
        f"- {law} not checkable: no run of this matrix shows it." for law in LAWS if row.verdict(law) == _VERDICTS[3]
    ]
    return "\n".join(lines) + "\n"


_VERDICTS = ("holds", "breaks", "not told", "not checkable")


def _ways(row: Row, law: str, how: str, seen: Sequence[tuple[Case, str]]) -> Iterable[str]:
    """One line a different way of breaking, with the first fault's script and the names of the others."""
    ways: dict[str, list[Case]] = {}
    for case, where in seen:
        ways.setdefault(where, []).append(case)
    for where, shown in ways.items():
        more = f"; also: {', '.join(case.name for case in shown[1:])}" if len(shown) > 1 else ""
        yield f"- {law} {how} with *{shown[0].name}*: {where}. Script: `{shown[0].script}`{more}"
