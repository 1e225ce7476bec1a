"""What the model is told of calls that cannot be run."""

from mainstem import Session, events
from mainstem.stream.writer import RAW

from ..fixtures import call
from ..graph.watched import of, watched


async def test_an_unknown_tool_and_wrong_arguments_are_told_to_the_model(scripted):
    turns = (
        [call("no_such_tool", {}, "a"), call("calculate", {"wrong": 1}, "b")],
        [{"tool_chunk": {"index": 0, "id": "c", "name": "calculate", "args": '{"expression": "1+'}}],
        [{"text": "Sorry."}],
    )
    async with Session(scripted(*turns)) as session:
        said, result, messages = await watched(session, session.ask("Go", thread="t"), "t")
    told = {message.tool_call_id: message.text for message in messages if message.type == "tool"}
    assert "no tool 'no_such_tool'" in told["a"]
    assert "do not fit" in told["b"]
    assert "not valid JSON" in told["c"]
    assert result.status == "done"
    started = {tool.tool_call_id: tool.args for tool in of(said, events.ToolStarted)}
    assert started["c"] == {RAW: '{"expression": "1+'}
