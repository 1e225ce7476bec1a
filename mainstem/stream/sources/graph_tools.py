"""The tools of a local graph, as far as its tool nodes tell."""

from collections.abc import Iterator
from typing import Any, cast

from langchain_core.tools import BaseTool
from langgraph.pregel import Pregel


def tools_of(graph: Any) -> Iterator[tuple[str, BaseTool]]:
    """Each tool of its tool nodes with its name, those of graphs that are nodes too."""
    for node in getattr(graph, "nodes", {}).values():
        bound = getattr(node, "bound", None)
        tools: Any = getattr(bound, "tools_by_name", None)
        if isinstance(tools, dict):
            yield from cast("dict[str, BaseTool]", tools).items()
        if isinstance(bound, Pregel):
            yield from tools_of(bound)
