"""From the wire to events: joined or not, the same words, the same counts, and every law."""

from typing import Any

import pytest
from langgraph.graph import END, START, MessagesState, StateGraph

from mainstem.models.openai.chat import Chat
from mainstem.settings import Settings
from mainstem.stream import laws
from mainstem.stream.events import AnyEvent, MessageDelta, MessageFinished, MessageReasoning, ToolArguments
from mainstem.stream.watch import watch
from mainstem.testing import ScriptedProvider

WORDS = [f"word{number} " for number in range(300)]
TURN = {
    "steps": [
        *[{"reasoning": f"thought{number} "} for number in range(50)],
        *[{"text": word} for word in WORDS],
        {"tool_call": {"name": "look", "args": {"at": "x" * 200}, "id": "c1"}},
    ]
}


async def watched(*turns: Any, coalesce: bool) -> tuple[list[AnyEvent], list[Any]]:
    async with ScriptedProvider(list(turns), pace="max") as provider:
        settings = Settings(_env_file=None, openai_base_url=provider.base_url, coalesce=coalesce)
        model = Chat.from_settings("m", settings)

        async def call(state: MessagesState) -> dict[str, Any]:
            return {"messages": [await model.ainvoke(state["messages"])]}

        graph = StateGraph(MessagesState).add_node("call", call).add_edge(START, "call").add_edge("call", END).compile()
        run = watch(graph, {"messages": [("user", "hi")]}, modes=["values"])
        events = [event async for event in run.events()]
        await model.aclose()
    states = [event.data for event in events if event.type == "data"]
    return events, states[-1]["messages"]


def joined(events: list[AnyEvent], kind: type[Any]) -> str:
    return "".join(event.text for event in events if isinstance(event, kind))


@pytest.mark.parametrize("coalesce", [True, False])
async def test_words_counts_and_laws_are_the_same(coalesce: bool) -> None:
    events, messages = await watched(TURN, coalesce=coalesce)
    said = [event for event in events if isinstance(event, MessageDelta | MessageReasoning)]
    assert joined(events, MessageDelta) == "".join(WORDS)
    assert joined(events, MessageReasoning).endswith("thought49 ")
    assert joined(events, ToolArguments) == '{"at": "' + "x" * 200 + '"}'
    assert sum(event.n for event in said) == 350 == said[-1].tokens
    assert said[-1].words == 300
    (end,) = [event for event in events if isinstance(event, MessageFinished)]
    assert (end.finish_reason, end.complete) == ("tool_calls", True)
    assert laws.check(events).ok
    assert messages[-1]["content"] == "".join(WORDS)
    assert "arrivals" not in str(messages[-1])


async def test_joined_arrivals_keep_their_times() -> None:
    events, _ = await watched(TURN, coalesce=True)
    said = [event for event in events if isinstance(event, MessageDelta | MessageReasoning)]
    assert len(said) < 100
    assert all(0 < event.first_at <= event.last_at <= event.at for event in said)
    times = [at for event in said for at in (event.first_at, event.last_at)]
    assert times == sorted(times)
