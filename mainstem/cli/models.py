"""`mainstem models`: what can answer."""

import typer

from .failures import exit_on_error
from .options import HomeOption, ModelOption, settings_of


def models(model: ModelOption = None, home: HomeOption = None) -> None:
    """List the models; * marks the one that would answer."""
    with exit_on_error():
        from mainstem.models import available

        settings = settings_of(home=home, model=model)
        has_server = bool(settings.openai_api_key or settings.openai_base_url)
        chosen = settings.model or ("openai" if has_server else "extractive")
        for each in available(settings):
            used = each.name.partition(":")[0] == chosen.partition(":")[0]
            name = chosen if used else each.name
            typer.echo(f"{'*' if used else ' '} {name:<16}{each.description}")
            if not each.ready:
                typer.echo(f"  {'':<16}not ready: {each.why_not}")
