"""Live support: a model answers, and what it is not sure of is handed over to a person, whose words are the answer."""

import asyncio

from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, interrupt

from mainstem import Session, Settings
from mainstem.testing import ScriptedModel

model = ScriptedModel(turns=["It left the depot on Monday.", "UNSURE"])  # any LangChain chat model


async def draft(state: MessagesState) -> Command:
    message = await model.ainvoke(state["messages"], config={"tags": ["nostream"]})  # shown only when it is sure
    return Command(goto="hand_over") if message.text == "UNSURE" else Command(update={"messages": [message]})


async def hand_over(state: MessagesState) -> dict[str, object]:
    words = interrupt({"question": state["messages"][-1].text})  # a node of its own: it begins anew with the answer
    return {"messages": [AIMessage(words, name="Grace")]}


steps = StateGraph(MessagesState).add_node("draft", draft, destinations=("hand_over",)).add_node(hand_over)
graph = steps.add_edge(START, "draft").compile(checkpointer=InMemorySaver())


async def main() -> None:
    async with Session(Settings(), graph=graph) as session:
        for question in ("Where is my parcel?", "Can I have my money back?"):
            result = await session.ask(question, thread="customer-7", tags={"team": "support"}).result()
            for asked in result.interrupts:  # somebody at the desk sees it over HTTP or on the page, and answers
                print("handed over:", asked.request["question"])
                result = await session.resume("customer-7", {asked.interrupt_id: "Yes: it is sent."}).result()
            print(result.text)


asyncio.run(main())
