"""A reasoning and acting loop, as LangGraph's template `react-agent` has it: a context that nobody has to give."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Literal, cast

from langchain_core.messages import AIMessage, AnyMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import StateGraph, add_messages
from langgraph.managed import IsLastStep
from langgraph.prebuilt import ToolNode
from langgraph.runtime import Runtime, get_runtime

from tests.e2e.templates import OWN_CLIENT


@dataclass(kw_only=True)
class Context:
    """What a run may set; the environment sets the rest."""

    system_prompt: str = "Be brief."
    model: Annotated[str, {"kind": "llm"}] = "unset"
    max_search_results: int = 10

    def __post_init__(self) -> None:
        for each in fields(self):
            if getattr(self, each.name) == each.default:
                setattr(self, each.name, os.environ.get(f"TEMPLATES_{each.name.upper()}", each.default))


@dataclass
class InputState:
    messages: Annotated[Sequence[AnyMessage], add_messages] = field(default_factory=list)


@dataclass
class State(InputState):
    is_last_step: IsLastStep = field(default=False)


async def search(query: str) -> dict[str, Any] | None:
    """Search the web."""
    limit = get_runtime(Context).context.max_search_results
    return {"query": query, "results": ["Rain."] * min(limit, 1)}


async def call_model(state: State, runtime: Runtime[Context]) -> dict[str, list[AIMessage]]:
    model = ChatOpenAI(model=runtime.context.model, timeout=OWN_CLIENT).bind_tools([search])
    prompt = {"role": "system", "content": runtime.context.system_prompt}
    said = cast("AIMessage", await model.ainvoke([prompt, *state.messages]))
    if state.is_last_step and said.tool_calls:
        return {"messages": [AIMessage(id=said.id, content="Sorry, there was no time.")]}
    return {"messages": [said]}


def route_model_output(state: State) -> Literal["__end__", "tools"]:
    return "tools" if cast("AIMessage", state.messages[-1]).tool_calls else "__end__"


builder = StateGraph(State, input_schema=InputState, context_schema=Context)
builder.add_node(call_model)
builder.add_node("tools", ToolNode([search]))
builder.add_edge("__start__", "call_model")
builder.add_conditional_edges("call_model", route_model_output)
builder.add_edge("tools", "call_model")
graph = builder.compile(name="ReAct Agent")
