"""The one decorator for tools: what the graph must know of a tool beside its schema is said here.

@tool(changes=True)
async def save_note(title: str, text: str) -> str:
    \"""Save a note as a Markdown file for the user. The user is asked first.\"""
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import Field

from mainstem.stream.writer import inside_tool_call

_CHANGES = "mainstem_changes"
_NUMBERS_PASSAGES = "mainstem_passages"


ApprovalPolicy = Literal["always", "never"] | Callable[[Mapping[str, Any]], bool]
"""When a person is asked before a call: each time, never, or where this says so of the call's arguments."""


class Tool(StructuredTool):
    """A tool whose `stream_writer()` knows the tool call."""

    approval: ApprovalPolicy = Field(default="never", exclude=True)
    """When a person is asked before a call."""

    async def arun(self, tool_input: str | dict[str, Any], *args: Any, **more: Any) -> Any:
        """Run the tool inside of its call."""
        with inside_tool_call(more.get("tool_call_id")):
            return await super().arun(tool_input, *args, **more)


def tool(
    *,
    changes: bool = False,
    approval: ApprovalPolicy | None = None,
    numbers_passages: bool = False,
    artifact: bool = False,
) -> Callable[[Callable[..., Awaitable[Any]]], BaseTool]:
    """Make a tool of an async function; the model reads its name, its docstring and the types of its arguments.

    With `changes`, no call is made twice, and a person is asked before each one, unless `approval` says when. With
    `numbers_passages`, the function takes `first_number`, which the model does not see. With `artifact`, it returns its
    words and, for views, an object.
    A `ToolException` ends the call with status `error`, and its words are what the model reads.
    """

    def decorate(function: Callable[..., Awaitable[Any]]) -> BaseTool:
        return made_tool(
            function, changes=changes, approval=approval, numbers_passages=numbers_passages, artifact=artifact
        )

    return decorate


def made_tool(
    function: Callable[..., Awaitable[Any]],
    *,
    changes: bool = False,
    approval: ApprovalPolicy | None = None,
    numbers_passages: bool = False,
    artifact: bool = False,
    **more: Any,
) -> BaseTool:
    """The tool that `tool` makes of a function; `more`: its name, description and schema, where it does not tell."""
    metadata = {_CHANGES: changes, _NUMBERS_PASSAGES: numbers_passages}
    return Tool.from_function(
        coroutine=function,
        response_format="content_and_artifact" if artifact else "content",
        metadata={key: said for key, said in metadata.items() if said},
        handle_tool_error=True,
        approval=approval or ("always" if changes else "never"),
        **more,
    )


def changes_something(tool: BaseTool) -> bool:
    """Whether a call of `tool` may be made once only."""
    return _has(tool, _CHANGES)


def approval_policy(tool: BaseTool) -> ApprovalPolicy:
    """When a person is asked before a call of `tool`."""
    return tool.approval if isinstance(tool, Tool) else "always" if changes_something(tool) else "never"


def numbers_passages(tool: BaseTool) -> bool:
    """Whether `tool` numbers the passages that it returns, so that the answer can cite them."""
    return _has(tool, _NUMBERS_PASSAGES)


def _has(tool: BaseTool, mark: str) -> bool:
    return bool((tool.metadata or {}).get(mark))
