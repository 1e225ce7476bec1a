"""A moderation copilot: a model looks through what people wrote, and a person decides on what it would remove."""

import asyncio

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

from mainstem import Session, Settings
from mainstem.testing import ScriptedModel

POSTS = {"p1": "Lovely boat!", "p2": "You are all idiots.", "p3": "Buy tickets at example.com"}
MAY = [{"action_name": "remove", "allowed_decisions": ["approve", "reject"]}]
model = ScriptedModel(turns=["fine", "insult", "spam"])  # any LangChain chat model


async def judge(posts: dict[str, str]) -> dict[str, str]:
    said = {key: (await model.ainvoke(f"fine, insult or spam? {post}")).text for key, post in posts.items()}
    return {key: verdict for key, verdict in said.items() if verdict != "fine"}


async def decide(bad: dict[str, str]) -> dict[str, str]:
    calls = [{"name": "remove", "args": {"post": key, "why": why}} for key, why in bad.items()]
    told = interrupt({"action_requests": calls, "review_configs": MAY})["decisions"]  # LangChain's HITLRequest
    return {key: said["type"] for key, said in zip(bad, told, strict=True)}


async def main() -> None:
    graph = (
        StateGraph(dict).add_sequence([judge, decide]).add_edge(START, "judge").compile(checkpointer=InMemorySaver())
    )
    async with Session(Settings(), graph=graph) as session:
        (asked,) = (await session.start(POSTS, thread="today").result()).interrupts
        print("asks about:", *(call["args"] for call in asked.request["action_requests"]))
        decisions = [{"type": "approve"}, {"type": "reject", "message": "That is our own shop."}]
        await session.resume("today", {asked.interrupt_id: {"decisions": decisions}}).result()
        print("decided:", (await session.state("today")).values)


asyncio.run(main())
