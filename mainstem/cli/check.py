"""`mainstem check`: a linter for agent streams, over anyone's graph."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .failures import UsageError, told
from .graphs import Graph, Which, found
from .options import Context, context_of, json_of

if TYPE_CHECKING:
    from mainstem.agents import Agent
    from mainstem.testing.check import Trial

BROKEN = 1
"""Exit code when a law is broken."""


def check(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[TARGET]",
            help="package.module:graph or ./file.py:graph. Default: what the folder's langgraph.json names.",
        ),
    ] = None,
    graph: Graph = None,
    given: Annotated[str | None, typer.Option("--input", metavar="JSON", help="The input for each run.")] = None,
    context: Context = None,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer-node", metavar="NODE", help="A node whose words are the answer; may be repeated."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="FAULT", help="Try this fault only.")] = None,
    patience: Annotated[
        float, typer.Option("--patience", min=0, help="Seconds after which a run that hangs is stopped.")
    ] = 20.0,
) -> None:
    """Run a graph against every fault a model provider can make, and judge its stream by the laws.

    The graph's model must take its address from OPENAI_BASE_URL, as ChatOpenAI() does. Exit code 1 if a law is broken.
    """
    with told():
        if Which(target).address:
            raise UsageError("A graph behind a server calls its model there: check it where its code is.")
        what = None if given is None else json_of("--input", given)
        _known(only or ())
        run = _Run(_found(target, graph), what, context_of(context), answer, only or (), patience)
        trials = asyncio.run(_tried(run))
        _sum_up(trials)
        if any(trial.report.broken for trial in trials):
            raise typer.Exit(BROKEN)


def _known(only: Sequence[str]) -> None:
    from mainstem.testing.check import TRIALS

    if unknown := set(only) - TRIALS.keys():
        raise UsageError(f"--only {min(unknown)!r}: there is no such fault. The faults are: {', '.join(TRIALS)}.")


def _found(target: str | None, name: str | None) -> "Agent":
    from mainstem import agents

    return agents.at(target) if target else found(name)


@dataclass(frozen=True)
class _Run:
    agent: "Agent"
    given: object
    context: dict[str, Any] | None
    answer_nodes: Sequence[str] | None
    only: Sequence[str]
    patience: float


async def _tried(run: _Run) -> "list[Trial]":
    from mainstem import agents
    from mainstem.testing.check import check as trials

    tried: list[Trial] = []
    async for trial in trials(
        lambda: agents.opened(run.agent),
        given=run.given,
        context=run.context,
        answer_nodes=run.answer_nodes,
        only=run.only,
        patience=run.patience,
    ):
        typer.echo(_line(trial))
        tried.append(trial)
    return tried


def _line(trial: "Trial") -> str:
    from mainstem.plain import one_line

    broken = ", ".join(f"{law.number} {law.name}" for law in trial.report.broken)
    verdict = f"breaks {broken}" if broken else "holds"
    error = f"  ({one_line(trial.error)})" if trial.error else ""
    return f"{trial.name:<22} {trial.status:<12} {verdict}{error}"


def _sum_up(trials: "Sequence[Trial]") -> None:
    for trial in trials:
        for law in trial.report.broken:
            typer.echo(f"\n{law}\n  with {trial.name}: {trial.script_json}")
        for remark in trial.remarks:
            typer.echo(f"\nremark: {remark}\n  with {trial.name}: {trial.script_json}")
    typer.echo("")
    for laws in zip(*(trial.report.laws for trial in trials), strict=True):
        counted = Counter(law.verdict for law in laws)
        said = ", ".join(
            f"{counted[verdict]} {verdict}" for verdict in ("held", "broken", "not checkable") if counted[verdict]
        )
        typer.echo(f"{laws[0].number:2} {laws[0].name:<28} {said}")
