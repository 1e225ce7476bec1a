"""`mainstem acp`: this agent in an editor, over ACP's stdio."""

import asyncio

from .failures import exit_on_error
from .graphs import GraphChoice, GraphOption, TargetArgument, UrlOption
from .options import DocsOption, HomeOption, ModelOption, settings_of


def acp(
    target: TargetArgument = None,
    docs: DocsOption = None,
    model: ModelOption = None,
    url: UrlOption = None,
    graph: GraphOption = None,
    home: HomeOption = None,
) -> None:
    """Serve an editor that speaks the Agent Client Protocol, on standard input and output."""
    with exit_on_error():
        from mainstem.stream.extras import require

        require("acp")
        from mainstem.views.acp.agent import serve_editor

        session = GraphChoice(target, url, graph).session(settings_of(home=home, docs=docs, model=model))
        asyncio.run(serve_editor(session))
