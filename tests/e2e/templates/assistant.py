"""Graphs as agent-service-toolkit has them: chains as models, a guard, the functional API, an interrupt, handoffs."""

from typing import Any, Literal

from langchain.agents import create_agent
from langchain.tools import ToolRuntime
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda, RunnableSerializable
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.func import entrypoint
from langgraph.graph import END, MessagesState, StateGraph
from langgraph.managed import RemainingSteps
from langgraph.prebuilt import ToolNode
from langgraph.types import Command, interrupt

from tests.e2e.templates import OWN_CLIENT


class AgentState(MessagesState, total=False):
    safety: str
    remaining_steps: RemainingSteps
    birthdate: str


@tool
def calculator(expression: str) -> str:
    """Calculate."""
    return {"6*7": "42"}[expression]


def get_model(config: RunnableConfig) -> ChatOpenAI:
    return ChatOpenAI(model=config["configurable"].get("model", "scripted"), timeout=OWN_CLIENT)


def wrap_model(model: BaseChatModel) -> RunnableSerializable[AgentState, AIMessage]:
    bound = model.bind_tools([calculator])
    instructed: RunnableLambda[Any, Any] = RunnableLambda(
        lambda state: [SystemMessage(content="Be kind."), *state["messages"]], name="StateModifier"
    )
    return instructed | bound  # type: ignore[return-value]  # as it is typed there


async def guard_input(state: AgentState, config: RunnableConfig) -> AgentState:
    model = get_model(config).with_config(tags=["skip_stream"])
    verdict = await model.ainvoke([HumanMessage(content="Is this safe?"), *state["messages"]], config)
    return {"safety": str(verdict.content), "messages": []}


async def acall_model(state: AgentState, config: RunnableConfig) -> AgentState:
    said = await wrap_model(get_model(config)).ainvoke(state, config)
    if state["remaining_steps"] < 2 and said.tool_calls:
        return {"messages": [AIMessage(id=said.id, content="Sorry, need more steps.")]}
    return {"messages": [said]}


async def block_unsafe_content(state: AgentState, config: RunnableConfig) -> AgentState:
    return {"messages": [AIMessage(content="This conversation was flagged.")]}


def check_safety(state: AgentState) -> Literal["unsafe", "safe"]:
    return "unsafe" if state["safety"] == "unsafe" else "safe"


def pending_tool_calls(state: AgentState) -> Literal["tools", "done"]:
    return "tools" if getattr(state["messages"][-1], "tool_calls", None) else "done"


builder = StateGraph(AgentState)
builder.add_node("model", acall_model)
builder.add_node("tools", ToolNode([calculator]))
builder.add_node("guard_input", guard_input)
builder.add_node("block_unsafe_content", block_unsafe_content)
builder.set_entry_point("guard_input")
builder.add_conditional_edges("guard_input", check_safety, {"unsafe": "block_unsafe_content", "safe": "model"})
builder.add_edge("block_unsafe_content", END)
builder.add_edge("tools", "model")
builder.add_conditional_edges("model", pending_tool_calls, {"tools": "tools", "done": END})
research_assistant = builder.compile()
research_assistant.name = "research-assistant"


@entrypoint()
async def chatbot(
    inputs: dict[str, list[BaseMessage]],
    *,
    previous: dict[str, list[BaseMessage]],
    config: RunnableConfig,
) -> entrypoint.final[Any, Any]:
    messages = [*previous["messages"], *inputs["messages"]] if previous else inputs["messages"]
    response = await get_model(config).ainvoke(messages)
    return entrypoint.final(value={"messages": [response]}, save={"messages": [*messages, response]})


async def determine_birthdate(state: AgentState, config: RunnableConfig) -> AgentState:
    found = await get_model(config).ainvoke(state["messages"])
    if "unknown" in found.content:
        return {"birthdate": interrupt(f"{found.content} When were you born?"), "messages": []}
    return {"birthdate": str(found.content), "messages": []}


async def generate_response(state: AgentState, config: RunnableConfig) -> AgentState:
    said = await get_model(config).ainvoke([HumanMessage(content=f"Born {state['birthdate']}."), *state["messages"]])
    return {"messages": [said]}


asker = StateGraph(AgentState)
asker.add_node(determine_birthdate).add_node(generate_response)
asker.set_entry_point("determine_birthdate")
asker.add_edge("determine_birthdate", "generate_response").add_edge("generate_response", END)
asking = asker.compile()


@tool
def transfer_to_math_agent(runtime: ToolRuntime[None, Any]) -> Command[Any]:
    """Hand over to the math agent."""
    said = ToolMessage("Transferred.", name="transfer_to_math_agent", tool_call_id=runtime.tool_call_id)
    messages = [*runtime.state["messages"], said]
    return Command(goto="math_agent", graph=Command.PARENT, update={**runtime.state, "messages": messages})


async def lead(state: MessagesState, config: RunnableConfig) -> Any:
    team_lead = create_agent(get_model(config), [transfer_to_math_agent], name="supervisor")
    return await team_lead.ainvoke(state, config)


async def math_agent(state: MessagesState, config: RunnableConfig) -> MessagesState:
    expert = create_agent(get_model(config), [calculator], name="math_agent")
    result = await expert.ainvoke(state, config)
    return {"messages": [*result["messages"], AIMessage("Back to the supervisor.", name="math_agent")]}


team = StateGraph(MessagesState)
team.add_node("supervisor", lead, destinations=("math_agent", END)).add_node("math_agent", math_agent)
team.set_entry_point("supervisor")
team.add_edge("math_agent", "supervisor")
supervisor = team.compile()
