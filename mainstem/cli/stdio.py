"""Commands that serve an agent on standard input and output."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from .failures import exit_on_error
from .graphs import GraphChoice, GraphOption, TargetArgument, UrlOption
from .options import DocsOption, HomeOption, ModelOption, settings_of

if TYPE_CHECKING:
    from mainstem.sessions.session import Session


def on_stdio(extra: str) -> Callable[[Callable[["Session"], None]], Callable[..., None]]:
    """Make a command of what serves a session there and needs the extra; its options say which session."""

    def command_of(serve: Callable[["Session"], None]) -> Callable[..., None]:
        def command(
            target: TargetArgument = None,
            docs: DocsOption = None,
            model: ModelOption = None,
            url: UrlOption = None,
            graph: GraphOption = None,
            home: HomeOption = None,
        ) -> None:
            with exit_on_error():
                from mainstem.stream.extras import require

                require(extra)
                serve(GraphChoice(target, url, graph).session(settings_of(home=home, docs=docs, model=model)))

        command.__name__, command.__doc__ = serve.__name__, serve.__doc__
        return command

    return command_of
