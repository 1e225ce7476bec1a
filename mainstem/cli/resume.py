"""`mainstem resume`: going on with what was asked before."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import decide
from .completion import thread_ids
from .failures import CommandError, UsageError, exit_on_error
from .graphs import GraphChoice, GraphOption, UrlOption
from .options import (
    ContextOption,
    DocsOption,
    FormatOption,
    HomeOption,
    ModelOption,
    TagsOption,
    VerboseOption,
    context_of,
    format_of,
    json_of,
    settings_of,
    settings_options,
    tags_of,
)
from .run_player import CODES, RunPlayer, exit_with_status

if TYPE_CHECKING:
    from mainstem.sessions.approvals import Decision

Target = Annotated[
    str | None,
    typer.Option("--target", metavar="TARGET", help="Its graph, if langgraph.json names another."),
]


def resume(
    thread: Annotated[
        str,
        typer.Argument(
            metavar="THREAD", help="The thread's id; `mainstem threads` lists them.", autocompletion=thread_ids
        ),
    ],
    approve: Annotated[bool, typer.Option("--approve", help="Approve every call that it asks about.")] = False,
    reject: Annotated[
        str | None, typer.Option("--reject", metavar="TEXT", help="Reject every call; the model reads TEXT.")
    ] = None,
    decisions: Annotated[
        str | None,
        typer.Option("--decisions", metavar="JSON", help="One answer, or {interrupt id: answer}."),
    ] = None,
    target: Target = None,
    url: UrlOption = None,
    graph: GraphOption = None,
    docs: DocsOption = None,
    model: ModelOption = None,
    context: ContextOption = None,
    tag: TagsOption = None,
    shown: FormatOption = None,
    verbose: VerboseOption = False,
    home: HomeOption = None,
) -> None:
    """Go on with a thread that waits or that was cut short."""
    with exit_on_error():
        if approve + (reject is not None) + (decisions is not None) > 1:
            raise UsageError("Give one of --approve, --reject and --decisions.")
        given, tags = None if decisions is None else json_of("--decisions", decisions), tags_of(tag)
        which, settings = GraphChoice(target, url, graph), settings_of(home=home, docs=docs, model=model)
        chosen, options = context_of(context), [*which.as_options(), *settings_options(home, docs, model, context)]
        with RunPlayer(which.session(settings), format_of(shown), options, folded=not verbose) as player:
            answer = _answer(player, thread, _verdict(approve, reject), given)
            player.accept(chosen)
            exit_with_status(player.play(lambda: player.session.resume(thread, answer, tags=tags, context=chosen)))


def _verdict(approve: bool, reject: str | None) -> "Decision | None":
    """The decision on every call; None: a person decides, or `--decisions`."""
    from mainstem.sessions import approvals

    return approvals.approve() if approve else None if reject is None else approvals.reject(reject)


def _answer(player: RunPlayer, thread: str, verdict: "Decision | None", given: Any) -> Any:
    """What to resume the thread with; None goes on from its last checkpoint."""
    from mainstem.sessions.approvals import requests_of
    from mainstem.sessions.threads.info import unfinished

    state = player.call(player.session.state(thread))
    questions = player.call(player.session.with_words(requests_of(state.interrupts)))
    if not questions:
        if verdict or given is not None:
            raise CommandError(f"Thread {thread!r} waits for no decision; ask it something instead.")
        if not unfinished(state):
            raise CommandError(f"Thread {thread!r} is complete: there is nothing to go on with. Ask it something.")
        return None
    if given is not None:
        return _fitting(given, questions)
    if verdict:
        return _for_all(questions, verdict)
    return _from_person(player, thread, questions)


def _fitting(given: Any, questions: Mapping[str, Any]) -> Any:
    from mainstem.sessions.approvals import WrongDecision, check_decisions

    try:
        return check_decisions(given, questions)
    except WrongDecision as error:
        raise UsageError(f"--decisions: {error} {error.hint}") from None


def _for_all(questions: Mapping[str, Any], verdict: "Decision") -> Any:
    try:
        return decide.same_for_all(questions, verdict)
    except ValueError as error:
        raise UsageError(f"{error}. Answer with --decisions JSON.") from None


def _from_person(player: RunPlayer, thread: str, questions: Mapping[str, Any]) -> Any:
    if decide.can_ask():
        try:
            return decide.decide(questions)
        except decide.Undecided:
            pass
    player.tell_how_to_go_on(thread, list(questions.values()))
    raise typer.Exit(CODES["interrupted"])
