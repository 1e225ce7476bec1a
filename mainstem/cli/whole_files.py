"""`mainstem review` and `mainstem summarise`: what a model says of whole files."""

from pathlib import Path
from typing import Annotated

import typer

from .ask import player_for
from .failures import CommandError, UsageError, exit_on_error
from .options import FormatOption, HomeOption, ModelOption, VerboseOption, format_of, settings_of, settings_options
from .run_player import RunPlayer, exit_with_status

SourcesArgument = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Source files, and folders of them.")]
DocumentsArgument = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Documents, and folders of them.")]
AboutOption = Annotated[
    str | None, typer.Option("--about", metavar="TOPIC", help="Only what they say about this; default: all.")
]


def review(
    paths: SourcesArgument,
    model: ModelOption = None,
    shown: FormatOption = None,
    verbose: VerboseOption = False,
    home: HomeOption = None,
) -> None:
    """Review source files with a language model; findings come as they are made: FILE:LINE: SEVERITY: what is wrong."""
    with exit_on_error():
        _check(paths)
        settings = settings_of(home=home, model=model)
        from mainstem._bundled_agent import bundled_agent
        from mainstem.models import default
        from mainstem.sessions.agents import at
        from mainstem.sessions.session import Session

        if default(settings) == "extractive":
            raise CommandError(
                "A review needs a language model: set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server."
            )
        session = Session(settings, agent=at("./graph/review.py:review", bundled_agent()))
        asked = {"role": "user", "content": f"Review {', '.join(map(str, paths))}."}
        given = {"messages": [asked], "paths": [str(path) for path in paths]}
        with RunPlayer(session, format_of(shown), folded=not verbose) as player:
            exit_with_status(player.play(lambda: player.session.start(given)))


def summarise(
    paths: DocumentsArgument,
    about: AboutOption = None,
    model: ModelOption = None,
    shown: FormatOption = None,
    verbose: VerboseOption = False,
    home: HomeOption = None,
) -> None:
    """Summarise documents, however long, with citations."""
    with exit_on_error():
        _check(paths)
        question = f"Summarise what all documents say about {about}" if about else "Summarise all documents"
        settings = settings_of(home=home, docs=paths, model=model)
        options = settings_options(home, paths, model)
        with player_for(settings, format_of(shown), options, verbose=verbose) as player:
            exit_with_status(player.play(lambda: player.session.ask(question)))


def _check(paths: list[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder.")
