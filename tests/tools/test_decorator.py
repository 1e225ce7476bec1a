"""What the one decorator makes of a function: the same tool for each model, with what the graph must know of it."""

from typing import Annotated, Any

from langchain.agents import create_agent
from langchain_core.messages import ToolMessage
from langchain_core.tools import InjectedToolArg, ToolException
from langchain_core.utils.function_calling import convert_to_openai_tool

from mainstem import events as e
from mainstem import stream_writer, watch
from mainstem.testing import ScriptedModel
from tools.decorator import changes_something, numbers_passages, tool


@tool()
async def look(place: str) -> str:
    """Look somewhere.

    Args:
        place: Where.
    """
    if place == "nowhere":
        raise ToolException("There is no such place.")
    stream_writer().progress(place, done=1, total=1, unit="looks")
    return f"I saw {place}."


@tool(changes=True)
async def move(place: str) -> str:
    """Move."""
    return place


@tool(artifact=True, numbers_passages=True)
async def find(query: str, first_number: Annotated[int, InjectedToolArg] = 1) -> tuple[str, dict[str, Any]]:
    """Find something."""
    return f"[{first_number}] {query}", {"passages": [{"n": first_number}]}


def test_the_model_sees_the_function_and_nothing_of_ours():
    assert convert_to_openai_tool(look)["function"] == {
        "name": "look",
        "description": "Look somewhere.\n\n    Args:\n        place: Where.",
        "parameters": {"properties": {"place": {"type": "string"}}, "required": ["place"], "type": "object"},
    }
    assert list(convert_to_openai_tool(find)["function"]["parameters"]["properties"]) == ["query"]


def test_what_is_said_of_a_tool_is_known():
    assert [changes_something(one) for one in (look, move, find)] == [False, True, False]
    assert [numbers_passages(one) for one in (look, move, find)] == [False, False, True]


async def test_an_artifact_goes_beside_the_words():
    given = {"type": "tool_call", "id": "c", "name": "find", "args": {"query": "fish", "first_number": 11}}
    message = await find.ainvoke(given)
    assert isinstance(message, ToolMessage)
    assert (message.text, message.artifact, message.tool_call_id) == ("[11] fish", {"passages": [{"n": 11}]}, "c")


async def test_in_somebody_elses_agent_it_names_its_calls_and_says_what_is_wrong():
    def call(place: str, key: str) -> dict[str, Any]:
        return {"tool_call": {"name": "look", "args": {"place": place}, "id": key}}

    model = ScriptedModel(turns=[[call("here", "c1"), call("there", "c2"), call("nowhere", "c3")], "Done."])
    seen = [event async for event in watch(create_agent(model, [look]), {"messages": [("user", "Look.")]})]
    bars = {(event.tool_call_id, event.label) for event in seen if isinstance(event, e.Progress)}
    assert bars == {("c1", "here"), ("c2", "there")}
    assert {event.tool_call_id: event.status for event in seen if isinstance(event, e.ToolFinished)} == {
        "c1": "ok", "c2": "ok", "c3": "error",
    }  # fmt: skip
