"""`mainstem models`: what can answer."""

import typer

from .failures import UsageError, exit_on_error
from .options import HomeOption, ModelOption, settings_of


def models(model: ModelOption = None, home: HomeOption = None) -> None:
    """List the models; * marks the one that would answer."""
    with exit_on_error():
        from mainstem.models import UnknownModelError
        from mainstem.models.registry import available, default, form_of

        settings = settings_of(home=home, model=model)
        chosen = default(settings)
        try:
            form = form_of(chosen)
        except UnknownModelError as error:
            raise UsageError(str(error)) from None
        for each in available(settings):
            used = each.name == form
            name = chosen if used else each.name
            typer.echo(f"{'*' if used else ' '} {name:<16}{each.description}")
            if not each.ready:
                typer.echo(f"  {'':<16}not ready: {each.why_not}")
