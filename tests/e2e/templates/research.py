"""A supervisor of researchers, as open_deep_research has it: structured output, tools by hand, graphs within nodes."""

import asyncio
import operator
from typing import Annotated, Any, Literal, TypedDict, cast

from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    filter_messages,
    get_buffer_string,
)
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Command
from pydantic import BaseModel, Field

from tests.e2e.templates import OWN_CLIENT


class Configuration(BaseModel):
    allow_clarification: bool = Field(default=True)
    model: str = Field(default="scripted")

    @classmethod
    def from_config(cls, config: RunnableConfig | None) -> "Configuration":
        given = (config or {}).get("configurable", {})
        return cls(**{name: given[name] for name in cls.model_fields if name in given})


class ConductResearch(BaseModel):
    """Have a topic researched."""

    research_topic: str


class ResearchComplete(BaseModel):
    """The research is complete."""


class ClarifyWithUser(BaseModel):
    """Whether the user must be asked."""

    need_clarification: bool
    question: str
    verification: str


class ResearchQuestion(BaseModel):
    """The brief."""

    research_brief: str


class AgentInputState(MessagesState):
    """The messages only."""


class AgentState(MessagesState):
    supervisor_messages: Annotated[list[AnyMessage], operator.add]
    research_brief: str | None
    notes: Annotated[list[str], operator.add]
    final_report: str


class SupervisorState(TypedDict):
    supervisor_messages: Annotated[list[AnyMessage], operator.add]
    research_brief: str
    notes: Annotated[list[str], operator.add]


class ResearcherState(TypedDict):
    researcher_messages: Annotated[list[AnyMessage], operator.add]
    research_topic: str
    compressed_research: str


class ResearcherOutput(BaseModel):
    compressed_research: str


@tool
async def web_search(queries: list[str]) -> str:
    """Search the web."""
    return f"Rain in {queries[0]}."


def model_of(config: RunnableConfig) -> ChatOpenAI:
    return ChatOpenAI(model=Configuration.from_config(config).model, timeout=OWN_CLIENT)


async def clarify_with_user(
    state: AgentState, config: RunnableConfig
) -> Command[Literal["write_research_brief", "__end__"]]:
    if not Configuration.from_config(config).allow_clarification:
        return Command(goto="write_research_brief")
    model = model_of(config).with_structured_output(ClarifyWithUser).with_retry(stop_after_attempt=2)
    asked = cast("ClarifyWithUser", await model.ainvoke([HumanMessage(get_buffer_string(state["messages"]))]))
    if asked.need_clarification:
        return Command(goto=END, update={"messages": [AIMessage(content=asked.question)]})
    return Command(goto="write_research_brief", update={"messages": [AIMessage(content=asked.verification)]})


async def write_research_brief(state: AgentState, config: RunnableConfig) -> Command[Literal["research_supervisor"]]:
    model = model_of(config).with_structured_output(ResearchQuestion).with_retry(stop_after_attempt=2)
    brief = cast("ResearchQuestion", await model.ainvoke([HumanMessage(get_buffer_string(state["messages"]))]))
    return Command(
        goto="research_supervisor",
        update={
            "research_brief": brief.research_brief,
            "supervisor_messages": [SystemMessage("Supervise."), HumanMessage(brief.research_brief)],
        },
    )


async def supervisor(state: SupervisorState, config: RunnableConfig) -> Command[Literal["supervisor_tools"]]:
    model = model_of(config).bind_tools([ConductResearch, ResearchComplete]).with_retry(stop_after_attempt=2)
    return Command(
        goto="supervisor_tools",
        update={"supervisor_messages": [await model.ainvoke(state["supervisor_messages"])]},
    )


async def supervisor_tools(state: SupervisorState, config: RunnableConfig) -> Command[Literal["supervisor", "__end__"]]:
    calls = cast("AIMessage", state["supervisor_messages"][-1]).tool_calls
    if not calls or any(call["name"] == "ResearchComplete" for call in calls):
        notes = [str(said.content) for said in filter_messages(state["supervisor_messages"], include_types="tool")]
        return Command(goto=END, update={"notes": notes})
    topics = [call["args"]["research_topic"] for call in calls]
    given = [{"researcher_messages": [HumanMessage(topic)], "research_topic": topic} for topic in topics]
    results = await asyncio.gather(*(researcher_subgraph.ainvoke(cast("Any", each), config) for each in given))
    answers = [
        ToolMessage(content=result["compressed_research"], name=call["name"], tool_call_id=call["id"])
        for result, call in zip(results, calls, strict=True)
    ]
    return Command(goto="supervisor", update={"supervisor_messages": answers})


async def researcher(state: ResearcherState, config: RunnableConfig) -> Command[Literal["researcher_tools"]]:
    model = model_of(config).bind_tools([web_search]).with_retry(stop_after_attempt=2)
    said = await model.ainvoke([SystemMessage("Research."), *state["researcher_messages"]])
    return Command(goto="researcher_tools", update={"researcher_messages": [said]})


async def safely(each: Any, args: dict[str, Any], config: RunnableConfig) -> str:
    try:
        return await each.ainvoke(args, config)
    except Exception as error:
        return f"Error executing tool: {error}"


async def researcher_tools(
    state: ResearcherState, config: RunnableConfig
) -> Command[Literal["researcher", "compress_research"]]:
    calls = cast("AIMessage", state["researcher_messages"][-1]).tool_calls
    if not calls:
        return Command(goto="compress_research")
    found = await asyncio.gather(*(safely(web_search, call["args"], config) for call in calls))
    answers = [
        ToolMessage(content=text, name=call["name"], tool_call_id=call["id"])
        for text, call in zip(found, calls, strict=True)
    ]
    return Command(goto="researcher", update={"researcher_messages": answers})


async def compress_research(state: ResearcherState, config: RunnableConfig) -> dict[str, Any]:
    said = await model_of(config).ainvoke([*state["researcher_messages"], HumanMessage("Compress.")])
    return {"compressed_research": str(said.content)}


async def final_report_generation(state: AgentState, config: RunnableConfig) -> dict[str, Any]:
    report = await model_of(config).ainvoke([HumanMessage("\n".join(state["notes"]))])
    return {"final_report": report.content, "messages": [report]}


inner = StateGraph(ResearcherState, output_schema=ResearcherOutput, context_schema=Configuration)
inner.add_node(researcher).add_node(researcher_tools).add_node(compress_research)
inner.add_edge(START, "researcher").add_edge("compress_research", END)
researcher_subgraph = inner.compile()

middle = StateGraph(SupervisorState, context_schema=Configuration)
middle.add_node(supervisor).add_node(supervisor_tools).add_edge(START, "supervisor")

outer = StateGraph(AgentState, input_schema=AgentInputState, context_schema=Configuration)
outer.add_node(clarify_with_user).add_node(write_research_brief)
outer.add_node("research_supervisor", middle.compile()).add_node(final_report_generation)
outer.add_edge(START, "clarify_with_user").add_edge("research_supervisor", "final_report_generation")
outer.add_edge("final_report_generation", END)
deep_researcher = outer.compile()
