"""Code that a model writes and another reviews; a person approves before the file is changed."""

import asyncio
from pathlib import Path

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from mainstem import Session, Settings
from mainstem.testing import ScriptedModel

FILE = Path("greet.py")
MAY = [{"action_name": "write_file", "allowed_decisions": ["approve", "reject"]}]
writer = ScriptedModel(turns=['def greet(name):\n    return f"Hello {name}"'])  # any LangChain chat models
reviewer = ScriptedModel(turns=["Sound, but a docstring is missing."])


async def write(state: MessagesState) -> dict[str, object]:
    code = await writer.ainvoke(state["messages"])
    return {"messages": [code, await reviewer.ainvoke([*state["messages"], code])]}


async def change(state: MessagesState) -> None:
    *_, code, review = (message.text for message in state["messages"])
    call = {"name": "write_file", "args": {"file": str(FILE), "code": code}, "description": review}
    if interrupt({"action_requests": [call], "review_configs": MAY})["decisions"][0]["type"] == "approve":
        await asyncio.to_thread(FILE.write_text, code)


async def main() -> None:
    steps = StateGraph(MessagesState).add_sequence([write, change]).add_edge(START, "write")
    async with Session(Settings(), graph=steps.compile(checkpointer=InMemorySaver())) as session:
        (asked,) = (await session.ask("Write greet(name).", thread="greet").result()).interrupts
        print("review:", asked.request["action_requests"][0]["description"], "| written:", FILE.exists())  # noqa: ASYNC240
        await session.resume("greet", {asked.interrupt_id: {"decisions": [{"type": "approve"}]}}).result()
        print(await asyncio.to_thread(FILE.read_text))


asyncio.run(main())
