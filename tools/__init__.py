"""What the model may call: one module a tool."""

from collections.abc import Mapping

from langchain_core.tools import BaseTool

from mainstem.settings import Settings

from .available import available
from .calculate import calculate
from .client_tools import ClientTool, client_tools
from .decorator import approval_policy, changes_something, numbers_passages
from .draw_chart import draw_chart
from .list_tables import list_tables
from .query_table import query_table
from .read_document import read_document
from .save_note import save_note
from .search_documents import search_documents

TOOLS: Mapping[str, BaseTool] = {
    tool.name: tool
    for tool in (search_documents, read_document, list_tables, query_table, draw_chart, calculate, save_note)
}
"""Every tool, by the name that the model calls it by."""

__all__ = [
    "TOOLS",
    "ClientTool",
    "approval_policy",
    "available",
    "changes_something",
    "client_tools",
    "numbers_passages",
    "offered",
]


def offered(tools: Mapping[str, BaseTool], settings: Settings) -> list[BaseTool]:
    """The tools that a model is offered: where nothing may be changed, those that change nothing."""
    return [tool for tool in tools.values() if not (settings.read_only and changes_something(tool))]
