import pytest
from langgraph.types import Command

from mainstem import Session, events, watch
from mainstem.settings import use
from tools.ledger import Ledger

from ..fixtures import call
from ..graph.test_agent import of, watched

NOTE = call("save_note", {"title": "Ferry", "text": "It sails at seven."}, "n1")
OTHER = call("save_note", {"title": "Ticket", "text": "Twelve crowns."}, "n2")
SUM = call("calculate", {"expression": "1+1"}, "s1")


async def asked(session, thread="t"):
    said, result, _ = await watched(session, session.ask("Save it", thread=thread), thread)
    assert result.status == "interrupted"
    (interrupt,) = result.interrupts
    return said, interrupt


def notes(settings):
    return sorted(path.read_text() for path in (settings.home / "notes").glob("*.md"))


async def test_all_changing_calls_are_asked_about_at_once(scripted):
    settings = scripted([NOTE, SUM, OTHER], [{"text": "Saved."}])
    async with Session(settings) as session:
        said, interrupt = await asked(session)
        assert [request["args"]["title"] for request in interrupt.request["action_requests"]] == ["Ferry", "Ticket"]
        assert not of(said, events.ToolStarted)
        decisions = [{"type": "approve"}, {"type": "reject", "message": "not that one"}]
        run = session.resume("t", {interrupt.interrupt_id: {"decisions": decisions}})
        said, result, messages = await watched(session, run, "t")
    assert result.status == "done"
    assert result.text == "Saved."
    assert {tool.tool_call_id: tool.status for tool in of(said, events.ToolFinished)} == {
        "n1": "ok", "s1": "ok", "n2": "rejected",
    }  # fmt: skip
    assert notes(settings) == ["# Ferry\n\nIt sails at seven.\n"]
    assert "not that one" in next(m.text for m in messages if getattr(m, "tool_call_id", "") == "n2")


async def test_an_edited_call_is_made_as_edited_and_the_thread_says_so(scripted):
    settings = scripted([NOTE], [{"text": "Saved."}])
    edit = {"type": "edit", "edited_action": {"name": "save_note", "args": {"title": "Boat", "text": "At nine."}}}
    async with Session(settings) as session:
        _, interrupt = await asked(session)
        _, result, messages = await watched(session, session.resume("t", {"decisions": [edit]}), "t")
    assert result.status == "done"
    assert notes(settings) == ["# Boat\n\nAt nine.\n"]
    assert messages[1].tool_calls[0]["args"]["title"] == "Boat"
    assert interrupt


async def test_the_decision_can_come_in_another_session(scripted):
    settings = scripted([NOTE])
    async with Session(settings) as session:
        await asked(session)
    async with Session(scripted([{"text": "Saved."}])) as session:
        result = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
    assert result.status == "done"
    assert len(notes(settings)) == 1


@pytest.mark.parametrize(
    "response",
    [
        {"decisions": []},
        {"decisions": [{"type": "dance"}]},
        {"decisions": [{"type": "edit"}]},
        "yes",
        {"decisions": ["x"]},
    ],
)
async def test_a_decision_that_does_not_fit_is_refused_or_on_a_server_asked_for_again(scripted, response):
    settings = scripted([NOTE], [{"text": "Saved."}])
    async with Session(settings) as session:
        await asked(session)
        refused = await session.resume("t", response).result()
        assert (refused.status, refused.error.type) == ("failed", "WrongDecision")
        with use(settings):  # a server gives the graph whatever comes
            graph, config = session.source.graph, {"configurable": {"thread_id": "t"}}
            result = await watch(graph, Command(resume=response), config=config).result()
        assert result.status == "interrupted"
        (request,) = result.interrupts[0].request["action_requests"]
        assert "one decision for each call" in request["description"]
        assert not notes(settings)
        result = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
        assert result.status == "done"
    assert len(notes(settings)) == 1


async def test_a_call_with_a_known_outcome_is_not_made_again(scripted):
    settings = scripted([NOTE], [{"text": "Saved."}])
    ledger = Ledger(settings.home / "ledger.sqlite")
    await ledger.begin("t", "n1", "save_note", "{}")
    await ledger.finish("t", "n1", "Saved as before.")
    async with Session(settings) as session:
        await asked(session)
        result = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
        messages = (await session.state("t")).values["messages"]
    assert result.status == "done"
    assert notes(settings) == []
    assert "Saved as before." in [message.text for message in messages]


async def test_a_call_that_failed_is_still_a_failed_one_when_it_is_told_again(scripted):
    settings = scripted([NOTE], [{"text": "Well."}])
    ledger = Ledger(settings.home / "ledger.sqlite")
    await ledger.begin("t", "n1", "save_note", "{}")
    await ledger.finish("t", "n1", "The note could not be written.", "error")
    async with Session(settings) as session:
        await asked(session)
        run = session.resume("t", {"decisions": [{"type": "approve"}]})
        said, _, messages = await watched(session, run, "t")
    assert [event.status for event in of(said, events.ToolFinished)] == ["error"]
    assert [message.status for message in messages if message.type == "tool"] == ["error"]


async def test_a_failed_call_is_written_down_as_such(scripted):
    settings = scripted([NOTE], [{"text": "Well."}])
    (settings.home / "notes").parent.mkdir()
    (settings.home / "notes").write_text("not a folder")
    async with Session(settings) as session:
        await asked(session)
        await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
    assert (await Ledger(settings.home / "ledger.sqlite").find("t", "n1")).status == "error"


async def test_a_rejected_call_keeps_its_arguments(scripted):
    async with Session(scripted([NOTE], [{"text": "Well."}])) as session:
        await asked(session)
        said, _, _ = await watched(session, session.resume("t", {"decisions": [{"type": "reject"}]}), "t")
    (started,), (finished,) = of(said, events.ToolStarted), of(said, events.ToolFinished)
    assert (started.args["title"], finished.status) == ("Ferry", "rejected")
    assert finished.seconds is not None


async def test_a_malformed_call_keeps_what_the_model_wrote(scripted):
    written = [{"tool_chunk": {"index": 0, "id": "m1", "name": "calculate", "args": '{"expression": '}}]
    async with Session(scripted(written, [{"text": "Well."}])) as session:
        said, result, messages = await watched(session, session.ask("Count", thread="t"), "t")
    (started,), (finished,) = of(said, events.ToolStarted), of(said, events.ToolFinished)
    assert (started.args, finished.status, result.status) == ({"_raw": '{"expression": '}, "error", "done")
    assert (started.node, finished.seconds is not None) == ("approve", True)
    assert finished.summary == next(message.text for message in messages if message.type == "tool")


@pytest.mark.parametrize(("decision", "written"), [("approve", 1), ("reject", 0)])
async def test_a_call_with_an_unknown_outcome_is_asked_about(scripted, decision, written):
    settings = scripted([NOTE], [{"text": "Well."}])
    await Ledger(settings.home / "ledger.sqlite").begin("t", "n1", "save_note", "{}")
    async with Session(settings) as session:
        await asked(session)
        again = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
        assert again.status == "interrupted"
        assert "may have taken effect" in again.interrupts[0].request["action_requests"][0]["description"]
        result = await session.resume("t", {"decisions": [{"type": decision}]}).result()
    assert result.status == "done"
    assert len(notes(settings)) == written


async def test_a_new_question_instead_of_a_decision_drops_the_call(scripted):
    settings = scripted([NOTE], [{"text": "Something else."}])
    async with Session(settings) as session:
        await asked(session)
        _, result, messages = await watched(session, session.ask("Never mind. Hello?", thread="t"), "t")
    assert (result.status, result.text) == ("done", "Something else.")
    assert not notes(settings)
    assert [message.type for message in messages] == ["human", "ai", "tool", "human", "ai"]
    assert "not approved" in messages[2].text
