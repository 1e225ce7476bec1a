"""The one decorator for tools: what the graph must know of a tool beside its schema is said here.

@tool(changes=True)
async def save_note(title: str, text: str) -> str:
    \"""Save a note as a Markdown file for the user. The user is asked first.\"""
"""

from collections.abc import Awaitable, Callable
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool

from mainstem.stream.writer import inside_tool_call

_CHANGES = "mainstem_changes"
_NUMBERS_PASSAGES = "mainstem_passages"


class Tool(StructuredTool):
    """A tool whose `stream_writer()` knows the tool call."""

    async def arun(self, tool_input: str | dict[str, Any], *args: Any, **more: Any) -> Any:
        """Run the tool inside of its call."""
        with inside_tool_call(more.get("tool_call_id")):
            return await super().arun(tool_input, *args, **more)


def tool(
    *, changes: bool = False, numbers_passages: bool = False, artifact: bool = False
) -> Callable[[Callable[..., Awaitable[Any]]], BaseTool]:
    """Make a tool of an async function; the model reads its name, its docstring and the types of its arguments.

    With `changes`, a person is asked before each call, and no call is made twice. With `numbers_passages`, the function
    takes `first_number`, which the model does not see. With `artifact`, it returns its words and, for views, an object.
    A `ToolException` ends the call with status `error`, and its words are what the model reads.
    """
    metadata = {_CHANGES: changes, _NUMBERS_PASSAGES: numbers_passages}

    def decorate(function: Callable[..., Awaitable[Any]]) -> BaseTool:
        return Tool.from_function(
            coroutine=function,
            response_format="content_and_artifact" if artifact else "content",
            metadata={key: said for key, said in metadata.items() if said},
            handle_tool_error=True,
        )

    return decorate


def changes_something(tool: BaseTool) -> bool:
    """Whether a person must approve a call of `tool`."""
    return _has(tool, _CHANGES)


def numbers_passages(tool: BaseTool) -> bool:
    """Whether `tool` numbers the passages that it returns, so that the answer can cite them."""
    return _has(tool, _NUMBERS_PASSAGES)


def _has(tool: BaseTool, mark: str) -> bool:
    return bool((tool.metadata or {}).get(mark))
