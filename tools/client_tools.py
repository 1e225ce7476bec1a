"""Tools of the program that asks: the model may call them, and the run ends for that program to make the calls."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NotRequired

from langchain_core.tools import BaseTool
from pydantic import StringConstraints
from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from .decorator import made_tool


class ClientTool(TypedDict):
    """A tool as its program describes it."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    """What the model calls it by."""
    description: NotRequired[str]
    """When to call it."""
    parameters: NotRequired[dict[str, Any] | None]
    """The JSON Schema of its arguments, an object; absent: it takes none."""


def client_tools(told: Sequence[ClientTool], own: Mapping[str, BaseTool]) -> tuple[dict[str, BaseTool], list[str]]:
    """The tools by their names, and those names that are not offered because a tool of this agent has them."""
    taken = [each["name"] for each in told if each["name"] in own]
    return {each["name"]: _tool(each) for each in told if each["name"] not in own}, taken


def _tool(told: ClientTool) -> BaseTool:
    schema: dict[str, Any] = {"type": "object", "properties": {}, **(told.get("parameters") or {})}
    return made_tool(
        _made_elsewhere, name=told["name"], description=told.get("description") or told["name"], args_schema=schema
    )


async def _made_elsewhere(**_: Any) -> str:
    raise NotImplementedError("The program that asked makes this call.")
