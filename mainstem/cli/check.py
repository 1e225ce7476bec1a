"""`mainstem check`: a linter for agent streams, over anyone's graph."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mainstem.text import one_line

from .failures import CommandError, UsageError, exit_on_error
from .graphs import AnswerNodesOption, GraphChoice, GraphOption, chosen_agent
from .options import ContextOption, context_of, json_of

if TYPE_CHECKING:
    from mainstem.sessions.agents import Agent
    from mainstem.testing.trials import Trial

BROKEN = 1
"""Exit code when a law is broken."""

UNJUDGED = 6
"""Exit code when the graph does not finish on a plain answer, so that nothing can be judged."""


class ReportFormat(StrEnum):
    """How the trials are shown."""

    TEXT = "text"
    JSON = "json"


TargetArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[TARGET]",
        help="package.module:graph or ./file.py:graph. Default: what the folder's langgraph.json names.",
    ),
]
InputOption = Annotated[str | None, typer.Option("--input", metavar="JSON", help="The input for each run.")]
PlainOption = Annotated[
    Path | None,
    typer.Option("--plain", metavar="FILE", help="A script of what the model says when nothing is wrong."),
]
ToolOption = Annotated[
    str | None,
    typer.Option("--tool", metavar="NAME", help="The tool that faults call; default: the first offered."),
]
OnlyOption = Annotated[list[str] | None, typer.Option("--only", metavar="FAULT", help="Try this fault only.")]
PatienceOption = Annotated[
    float, typer.Option("--patience", min=0, help="Seconds after which a run that hangs is stopped.")
]
ReportFormatOption = Annotated[ReportFormat, typer.Option("--format", help="json: one trial a line.")]
JUnitOption = Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit's XML there, too.")]


def check(
    target: TargetArgument = None,
    graph: GraphOption = None,
    given: InputOption = None,
    context: ContextOption = None,
    answer: AnswerNodesOption = None,
    plain: PlainOption = None,
    tool: ToolOption = None,
    only: OnlyOption = None,
    patience: PatienceOption = 20.0,
    shown: ReportFormatOption = ReportFormat.TEXT,
    junit: JUnitOption = None,
) -> None:
    """Run a graph against every fault a model provider can make, and judge its stream by the laws.

    The graph's model must take its address from OPENAI_BASE_URL, as ChatOpenAI() does. The graph's tools run, with
    made-up arguments. Exit code 1 if a law is broken, 6 if the graph does not finish on a plain answer.
    """
    with exit_on_error():
        if GraphChoice(target).address:
            raise UsageError("A graph behind a server calls its model there: check it where its code is.")
        what = None if given is None else json_of("--input", given)
        _known(only or ())
        asked = _Asked(_found(target, graph), what, context_of(context), answer, _script(plain), tool, only, patience)
        trials = asyncio.run(_tried(asked, shown))
        if shown is ReportFormat.TEXT:
            _sum_up(trials)
        if junit is not None:
            _write(junit, target or graph or asked.agent.name, trials)
        if code := _code(trials):
            raise typer.Exit(code)


def _known(only: Sequence[str]) -> None:
    from mainstem.testing.trials import NAMES

    if unknown := set(only) - set(NAMES):
        raise UsageError(f"--only {min(unknown)!r}: there is no such fault. The faults are: {', '.join(NAMES)}.")


def _found(target: str | None, name: str | None) -> "Agent":
    from mainstem.sessions import agents

    return agents.at(target) if target else chosen_agent(name)


def _script(plain: Path | None) -> Any:
    """The script in a file. Raises `UsageError`."""
    from mainstem.models.errors import ScriptError
    from mainstem.models.scripted.script import load_script
    from mainstem.testing.script import WireScript

    try:
        return None if plain is None else load_script(plain, WireScript)
    except ScriptError as error:
        raise UsageError(f"--plain: {error}") from None


@dataclass(frozen=True)
class _Asked:
    agent: "Agent"
    given: object
    context: dict[str, Any] | None
    answer_nodes: Sequence[str] | None
    plain: Any
    tool: str | None
    only: Sequence[str] | None
    patience: float


async def _tried(asked: _Asked, shown: ReportFormat) -> "list[Trial]":
    from mainstem.sessions import agents
    from mainstem.testing.check import check as trials

    tried: list[Trial] = []
    async for trial in trials(
        lambda: agents.opened(asked.agent),
        given=asked.given,
        context=asked.context,
        answer_nodes=asked.answer_nodes,
        only=asked.only or (),
        patience=asked.patience,
        plain=asked.plain,
        tool=asked.tool,
    ):
        typer.echo(_json(trial) if shown is ReportFormat.JSON else _line(trial))
        tried.append(trial)
    return tried


def _json(trial: "Trial") -> str:
    from mainstem.testing.reports import as_dict

    return json.dumps(as_dict(trial), default=str)


def _line(trial: "Trial") -> str:
    broken = ", ".join(f"{law.number} {law.name}" for law in trial.report.broken)
    verdict = f"breaks {broken}" if broken else "holds"
    error = f"  ({one_line(trial.error)})" if trial.error else ""
    return f"{trial.name:<22} {trial.status:<12} {verdict if trial.judged else 'cannot be judged'}{error}"


def _sum_up(trials: "Sequence[Trial]") -> None:
    from mainstem.testing.summary import UNJUDGED, lines

    if not all(trial.judged for trial in trials):
        typer.echo(f"\n{UNJUDGED}")
        return
    for line in lines(trials):
        typer.echo(line)


def _write(path: Path, name: str, trials: "Sequence[Trial]") -> None:
    from mainstem.testing.reports import junit

    try:
        path.write_bytes(junit(name, trials))
    except OSError as error:
        raise CommandError(f"--junit {path}: it cannot be written ({error.strerror}).") from error


def _code(trials: "Sequence[Trial]") -> int:
    if not all(trial.judged for trial in trials):
        return UNJUDGED
    return BROKEN if any(trial.report.broken for trial in trials) else 0
