"""What the model is told of calls that cannot be run."""

from mainstem import Session, events
from mainstem.stream.writer import RAW, stream_writer
from tools import TOOLS
from tools.decorator import tool

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


@tool()
async def chatter() -> str:
    """Write pieces while it runs."""
    for piece in ("Write to ada@", "example.org", " or to bob@exa"):
        stream_writer().tool_output(piece)
    return "Written."


async def test_what_a_tool_writes_while_it_runs_is_masked_as_one_text(scripted, monkeypatch):
    monkeypatch.setitem(TOOLS, "chatter", chatter)
    async with Session(scripted([call("chatter", {}, "a")], "Done.", mask="email")) as session:
        run = session.ask("Go", thread="t")
        said, result, _ = await watched(session, run, "t")
        lines = b"".join([line async for line in session.lines(run.run_id)])
    assert "".join(each.text for each in of(said, events.ToolOutput)) == "Write to [EMAIL_1] or to bob@exa"
    assert b"example.org" not in lines
    assert result.status == "done"
