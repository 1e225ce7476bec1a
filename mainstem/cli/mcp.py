"""`mainstem mcp`: this agent for other people's agents, over MCP's stdio."""

import asyncio

from .failures import exit_on_error
from .graphs import GraphChoice, GraphOption, TargetArgument, UrlOption
from .options import DocsOption, HomeOption, ModelOption, settings_of


def mcp(
    target: TargetArgument = None,
    docs: DocsOption = None,
    model: ModelOption = None,
    url: UrlOption = None,
    graph: GraphOption = None,
    home: HomeOption = None,
) -> None:
    """Serve MCP on standard input and output; `mainstem serve` does over HTTP, at /mcp."""
    with exit_on_error():
        from mainstem.stream.extras import require

        require("mcp")
        from mainstem.stores.users import OPERATOR, become
        from mainstem.web.mcp.server import serve_stdio
        from mainstem.web.run_manager import RunManager

        manager = RunManager(GraphChoice(target, url, graph).session(settings_of(home=home, docs=docs, model=model)))
        become(OPERATOR)  # whoever starts a process of their own may use what is theirs
        asyncio.run(serve_stdio(manager))
