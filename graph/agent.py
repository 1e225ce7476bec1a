"""The agent, as LangGraph's servers and tools load it: `./graph/agent.py:agent`.

    START → screen → retrieve → (compact) → call_model ─┬─ tool calls → approve → run_tool × n (Send) → compact
                                                        └─ an answer → verify → END

`compact` is passed over where all fits and is in order, as it mostly is: each step costs a checkpoint.
Calls of tools of the caller's own end the run behind `compact`; its next one brings their results.
A question that asks for a summary goes to `summarise` instead of `retrieve`: a graph of its own.

It is compiled without a checkpointer: a server brings its own, and so does `mainstem.Session`.
"""

from collections.abc import Callable
from typing import Any, Literal, cast

from langchain_core.messages import ToolMessage
from langgraph.graph import START, StateGraph
from langgraph.types import TimeoutPolicy

from graph.announce import announced
from graph.summarise import summarise
from mainstem.settings import active
from mainstem.stream.steering import steering_waits
from mainstem.stream.writer import ANSWER_NODES
from nodes.approve import approve
from nodes.call_model import call_model
from nodes.client_calls import waits_for_client
from nodes.compact import compact, needs_compacting
from nodes.context import Context
from nodes.messages import last_answer, question_of
from nodes.retrieve import retrieve
from nodes.run_tool import after_error, run_tool
from nodes.screen import screen
from nodes.state import InputState, State
from nodes.summarise.request import summary_request
from nodes.verify import verify


async def route_after_screen(state: State) -> Literal["summarise", "retrieve", "compact", "__end__"]:
    """A refused question ends the turn; with a result of the client's a turn goes on."""
    if state.get("halted"):
        return "__end__"
    if isinstance(state["messages"][-1], ToolMessage):
        return "compact"
    return "summarise" if summary_request(question_of(state["messages"])) else "retrieve"


async def route_after_retrieve(state: State) -> Literal["compact", "call_model"]:
    """What fits and is in order goes to the model as it is."""
    return "compact" if needs_compacting(state["messages"]) else "call_model"


async def route_after_compact(state: State) -> Literal["call_model", "__end__"]:
    """Calls that are the client's to make end the run."""
    return "__end__" if waits_for_client(state["messages"]) else "call_model"


async def route_after_model(state: State) -> Literal["approve", "compact", "verify", "__end__"]:
    """Calls are run, what a person added is answered, an answer is checked, and a turn without money ends."""
    if state.get("halted"):
        return "__end__"
    message = last_answer(state["messages"])
    if message and (message.tool_calls or message.invalid_tool_calls):
        return "approve"
    return "compact" if steering_waits() else "verify"


def build() -> StateGraph[State, Context, InputState, State]:
    """The graph before it is compiled, for those who want to add to it."""
    builder: StateGraph[State, Context, InputState, State] = StateGraph(
        State, context_schema=Context, input_schema=InputState
    )

    def add(node: Callable[..., Any], **options: Any) -> None:
        cast("Any", builder).add_node(node.__name__, announced(node), **options)

    add(screen)
    add(summarise)
    add(retrieve)
    add(compact)
    add(call_model)
    add(approve)
    add(run_tool, timeout=TimeoutPolicy(idle_timeout=active().tool_timeout), error_handler=after_error)
    add(verify)
    builder.add_edge(START, "screen")
    builder.add_conditional_edges("screen", route_after_screen)
    builder.add_conditional_edges("retrieve", route_after_retrieve)
    builder.add_conditional_edges("compact", route_after_compact)
    builder.add_conditional_edges("call_model", route_after_model)
    builder.add_edge("run_tool", "compact")
    return builder


agent = build().compile(name="agent").with_config({"metadata": {ANSWER_NODES: ["call_model"]}})
