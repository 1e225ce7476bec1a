"""`mainstem ask`: one question, one answer."""

from typing import TYPE_CHECKING, Annotated

import typer

from .failures import UsageError, told
from .graphs import found
from .options import (
    Context,
    Docs,
    Format,
    Home,
    Model,
    Shown,
    Tags,
    Thread,
    again,
    context_of,
    format_of,
    settings_of,
    tags_of,
    thread_of,
)
from .stage import Stage, end

if TYPE_CHECKING:
    from mainstem.settings import Settings


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to ask.")],
    docs: Docs = None,
    thread: Thread = None,
    model: Model = None,
    context: Context = None,
    tag: Tags = None,
    shown: Shown = None,
    home: Home = None,
) -> None:
    """Ask a question; the answer comes with its citations."""
    with told():
        tags, thread, settings = tags_of(tag), thread_of(thread), settings_of(home=home, docs=docs, model=model)
        chosen = context_of(context)
        with stage_for(settings, format_of(shown), again(home, docs, model, context)) as stage:
            stage.accept(chosen)
            end(stage.play(lambda: stage.session.ask(question, thread=thread, tags=tags, context=chosen)))


def stage_for(settings: "Settings", form: Format, options: list[str]) -> Stage:
    """The stage of the working folder's agent, or of the bundled one. Raises `UsageError` for an unknown model."""
    from mainstem.models import UnknownModelError, load
    from mainstem.session import Session

    if settings.model:
        try:
            load(settings.model, settings)
        except UnknownModelError as error:
            raise UsageError(str(error)) from None
    return Stage(Session(settings, agent=found()), form, options)
