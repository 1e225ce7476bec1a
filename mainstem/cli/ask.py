"""`mainstem ask`: one question, one answer."""

from typing import TYPE_CHECKING, Annotated

import typer

from . import chart_file, piped
from .chart_file import OutOption
from .failures import UsageError, exit_on_error, say
from .graphs import chosen_agent
from .options import (
    ContextOption,
    DocsOption,
    Format,
    FormatOption,
    HomeOption,
    ModelOption,
    TagsOption,
    ThreadOption,
    VerboseOption,
    context_of,
    format_of,
    settings_of,
    settings_options,
    tags_of,
    thread_of,
)
from .run_player import RunPlayer, exit_with_status

if TYPE_CHECKING:
    from mainstem.settings import Settings


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to ask.")],
    docs: DocsOption = None,
    thread: ThreadOption = None,
    model: ModelOption = None,
    context: ContextOption = None,
    tag: TagsOption = None,
    shown: FormatOption = None,
    out: OutOption = None,
    verbose: VerboseOption = False,
    home: HomeOption = None,
) -> None:
    """Ask a question; the answer comes with its citations.

    What is piped in belongs to the question: git diff | mainstem ask "what changed?"
    """
    with exit_on_error():
        if not question.strip():
            raise UsageError("The question is empty: write what you want to know.")
        chart_file.check(out)
        tags, thread, settings = tags_of(tag), thread_of(thread), settings_of(home=home, docs=docs, model=model)
        chosen, options = context_of(context), settings_options(home, docs, model, context)
        with piped.in_with(question, settings) as (asked, settings):
            with player_for(settings, format_of(shown), options, verbose=verbose) as player:
                player.accept(chosen)
                result = player.play(lambda: player.session.ask(asked, thread=thread, tags=tags, context=chosen))
                if out and result.status == "done":
                    say(f"{player.call(chart_file.write(out, player.runs))}: written to {out}.")
            exit_with_status(result)


def player_for(settings: "Settings", form: Format, options: list[str], *, verbose: bool = False) -> RunPlayer:
    """The stage of the working folder's agent, or of the bundled one. Raises `UsageError` for an unknown model."""
    from mainstem.models import UnknownModelError, load
    from mainstem.sessions.session import Session

    if settings.model:
        try:
            load(settings.model, settings)
        except UnknownModelError as error:
            raise UsageError(str(error)) from None
    return RunPlayer(Session(settings, agent=chosen_agent()), form, options, folded=not verbose)
