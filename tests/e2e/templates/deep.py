"""An agent with plans, files and subagents, as deepagents' research example has it."""

from typing import Annotated, Any, NotRequired

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, AgentState, TodoListMiddleware
from langchain.tools import ToolRuntime
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.types import Command

from tests.e2e.templates import OWN_CLIENT


def merged(left: dict[str, str] | None, right: dict[str, str]) -> dict[str, str]:
    return {**(left or {}), **right}


class FilesState(AgentState[Any]):
    files: NotRequired[Annotated[dict[str, str], merged]]


@tool
def write_file(file_path: str, content: str, runtime: ToolRuntime[None, FilesState]) -> Command[Any]:
    """Write a file."""
    said = ToolMessage(f"Wrote {file_path}.", tool_call_id=runtime.tool_call_id)
    return Command(update={"files": {file_path: content}, "messages": [said]})


@tool
def internet_search(query: str) -> dict[str, Any]:
    """Search the web."""
    return {"query": query, "results": ["Rain."]}


class Files(AgentMiddleware[FilesState, Any]):
    state_schema = FilesState
    tools = (write_file,)


model = ChatOpenAI(model="scripted", timeout=OWN_CLIENT)
researcher = create_agent(model, [internet_search], system_prompt="Research.", middleware=[Files()])


@tool
async def task(description: str, subagent_type: str, runtime: ToolRuntime[None, FilesState]) -> Command[Any]:
    """Let a subagent do a task."""
    given = {key: value for key, value in runtime.state.items() if key not in ("messages", "todos")}
    result = await researcher.ainvoke({**given, "messages": [HumanMessage(description)]})
    said = ToolMessage(result["messages"][-1].text, tool_call_id=runtime.tool_call_id)
    return Command(update={"files": result.get("files", {}), "messages": [said]})


agent = create_agent(
    model, [internet_search, task], system_prompt="Plan first.", middleware=[TodoListMiddleware(), Files()]
).with_config({"recursion_limit": 1000})
