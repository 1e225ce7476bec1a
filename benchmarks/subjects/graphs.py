"""The one graph that every LangGraph subject runs: a node that asks the model."""

from typing import Any

from langgraph.graph import START, MessagesState, StateGraph


def graph_of(model: Any) -> Any:
    """Compiled, without a checkpointer."""

    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    return StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()


def chat_openai(wire: str, **more: Any) -> Any:
    """The model of a user who changed nothing but its address, and `more`."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model="scripted", base_url=wire, api_key="scripted", stream_usage=True, **more)  # type: ignore[arg-type]


def given(question: str) -> dict[str, Any]:
    return {"messages": [("user", question)]}
