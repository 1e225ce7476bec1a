"""The tools that a run may use: this agent's own, and those of the MCP servers that its settings name."""

from collections.abc import Mapping

from langchain_core.tools import BaseTool

from mainstem.settings import Settings

from .mcp_tools import mcp_tools


async def available(settings: Settings, own: Mapping[str, BaseTool]) -> tuple[Mapping[str, BaseTool], list[str]]:
    """Every tool by its name, and what is wrong with servers that cannot be used. `own` keeps its names."""
    if not settings.mcp:
        return own, []
    others, problems = await mcp_tools(settings)
    return {**{tool.name: tool for tool in others}, **own}, problems
