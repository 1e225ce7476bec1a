"""What the graph must know of a tool beside its schema, kept in the tool's `metadata`."""

from typing import Any

from langchain_core.tools import BaseTool

CHANGES: dict[str, Any] = {"mainstem_changes": True}
"""Metadata of a tool that changes something: a person is asked first, and it is never done twice."""

PASSAGES: dict[str, Any] = {"mainstem_passages": True}
"""Metadata of a tool that returns numbered passages: it takes `first_number`."""


def changes_something(tool: BaseTool) -> bool:
    """Whether a person must approve a call of `tool`."""
    return bool((tool.metadata or {}).get("mainstem_changes"))


def numbers_passages(tool: BaseTool) -> bool:
    """Whether `tool` numbers the passages that it returns, so that the answer can cite them."""
    return bool((tool.metadata or {}).get("mainstem_passages"))
