"""Graphs of any shape whose nodes return words in any way: what stands on the screen is what stands in the thread."""

import asyncio
from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command

from mainstem import events as e
from mainstem import watch
from mainstem.models.scripted.model import ScriptedModel


async def streamed(text):
    return await ScriptedModel(turns=[text]).ainvoke("?")


async def _copy(text):
    return AIMessage((await streamed(text)).text)


async def _copied_pair(text):
    return "ai", (await streamed(text)).text


async def _changed(text):
    return (await streamed(text)).model_copy(update={"content": f"{text} Changed."})


async def _replaced(text):
    await streamed(f"{text} A draft.")
    return {"role": "assistant", "content": text}


def _at_once(made):
    async def act(text):
        return made(text)

    return act


ACTS = {
    "streamed": streamed,
    "copy": _copy,
    "copied pair": _copied_pair,
    "changed": _changed,
    "replaced": _replaced,
    "pair": _at_once(lambda text: ("assistant", text)),
    "dict": _at_once(lambda text: {"role": "ai", "content": text}),
    "message": _at_once(AIMessage),
    "human": _at_once(HumanMessage),
    "tool": _at_once(lambda text: ToolMessage(text, tool_call_id=text)),
}
WRAPS = {
    "list": lambda said: {"messages": said},
    "command": lambda said: Command(update={"messages": said}),
    "commands": lambda said: [Command(update={"messages": [one]}) for one in said],
    "history": None,
}
NODE = st.tuples(st.sampled_from(sorted(WRAPS)), st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=3))
TREE = st.recursive(
    NODE,
    lambda below: st.tuples(st.sampled_from(["sequence", "parallel"]), st.lists(below, min_size=1, max_size=3)),
    max_leaves=5,
)


def node_of(shape, numbers):
    kind, below = shape
    if kind in ("sequence", "parallel"):
        return graph_of(shape, numbers)

    async def speak(state: MessagesState):
        said = [await ACTS[act](f"Words {next(numbers)} of {act}.") for act in below]
        return WRAPS[kind](said) if WRAPS[kind] else {"messages": [*state["messages"], *said]}

    return speak


def graph_of(shape, numbers, saver=None):
    kind, below = shape
    builder = StateGraph(MessagesState)
    for number, each in enumerate(below):
        builder.add_node(f"n{number}", node_of(each, numbers))
        builder.add_edge(START if kind == "parallel" or not number else f"n{number - 1}", f"n{number}")
    return builder.compile(checkpointer=saver)


async def told(graph, thread):
    run = watch(
        graph, {"messages": [("user", "?"), ("ai", "Brought.")]}, config={"configurable": {"thread_id": thread}}
    )
    shown = {}
    async for event in run:
        match event:
            case e.MessageStarted():
                shown[event.message_id] = ""
            case e.MessageDelta():
                shown[event.message_id] += event.text
            case e.MessageSuperseded():
                del shown[event.message_id]
            case _:
                pass
    return shown, await run.result()


@given(TREE.filter(lambda tree: tree[0] in ("sequence", "parallel")))
def test_what_is_shown_is_what_is_stored(shape):
    async def check():
        graph, before = graph_of(shape, count(), InMemorySaver()), set()
        for _ in range(2):
            shown, result = await told(graph, "t")
            state = await graph.aget_state({"configurable": {"thread_id": "t"}})
            stored = {m.id: m.text for m in state.values["messages"] if m.type == "ai" and m.text != "Brought."}
            new = {key: text for key, text in stored.items() if key not in before}
            assert sorted(shown.values()) == sorted(new.values())
            for key, text in shown.items():  # a copy stands under the id that its node gave it
                assert stored.get(key, text) == text
                assert key in stored or "of cop" in text
            assert result.status == "done"
            before |= stored.keys()

    asyncio.run(check())
