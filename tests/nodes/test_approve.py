import asyncio
import json

import pytest
from langgraph.types import Command

from mainstem import Session, events, watch
from mainstem.settings import use
from mainstem.stores.ledger import SqliteLedger, ToolCallClaim

from ..fixtures import call
from ..graph.watched import of, watched

NOTE = call("save_note", {"title": "Ferry", "text": "It sails at seven."}, "n1")
OTHER = call("save_note", {"title": "Ticket", "text": "Twelve crowns."}, "n2")
SUM = call("calculate", {"expression": "1+1"}, "s1")
NAMED = [{"id": "m1"}, NOTE]
"""A turn whose message has an id, so that a test knows under what the ledger finds its call."""


def claim_of(step, message="m1", position=0):
    made = step["tool_call"]
    return ToolCallClaim("t", message, position, made["name"], json.dumps(made["args"]))


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
    settings = scripted(NAMED, [{"text": "Saved."}])
    ledger = SqliteLedger(settings.home / "ledger.sqlite")
    assert await ledger.claim(claim_of(NOTE)) is None
    await ledger.finish(claim_of(NOTE), "Saved as before.")
    async with Session(settings) as session:
        await asked(session)
        result = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
        messages = (await session.state("t")).values["messages"]
    assert result.status == "done"
    assert notes(settings) == []
    assert "Saved as before." in [message.text for message in messages]


async def test_a_call_that_failed_is_still_a_failed_one_when_it_is_told_again(scripted):
    settings = scripted(NAMED, [{"text": "Well."}])
    ledger = SqliteLedger(settings.home / "ledger.sqlite")
    await ledger.claim(claim_of(NOTE))
    await ledger.finish(claim_of(NOTE), "The note could not be written.", "error")
    async with Session(settings) as session:
        await asked(session)
        run = session.resume("t", {"decisions": [{"type": "approve"}]})
        said, _, messages = await watched(session, run, "t")
    assert [event.status for event in of(said, events.ToolFinished)] == ["error"]
    assert [message.status for message in messages if message.type == "tool"] == ["error"]


async def test_a_failed_call_is_written_down_as_such(scripted):
    settings = scripted(NAMED, [{"text": "Well."}])
    (settings.home / "notes").write_text("not a folder")
    async with Session(settings) as session:
        await asked(session)
        await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
    assert (await SqliteLedger(settings.home / "ledger.sqlite").find(claim_of(NOTE))).status == "error"


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
    settings = scripted(NAMED, [{"text": "Well."}])
    await SqliteLedger(settings.home / "ledger.sqlite").claim(claim_of(NOTE))
    async with Session(settings) as session:
        await asked(session)
        again = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
        assert again.status == "interrupted"
        assert "may have taken effect" in again.interrupts[0].request["action_requests"][0]["description"]
        result = await session.resume("t", {"decisions": [{"type": decision}]}).result()
    assert result.status == "done"
    assert len(notes(settings)) == written


THREAD = {"configurable": {"thread_id": "t"}}
APPROVE = {"decisions": [{"type": "approve"}]}


async def cut_off(graph, given, monkeypatch):
    """Run the graph until its call is made, and end it before what came of that is written down."""
    made, write_down = asyncio.Event(), SqliteLedger.finish

    async def finish(ledger, call, *outcome):
        if call.tool != "save_note":
            return await write_down(ledger, call, *outcome)
        made.set()
        return await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(SqliteLedger, "finish", finish)
        run = asyncio.create_task(graph.ainvoke(given, THREAD))
        await asyncio.wait([run, asyncio.create_task(made.wait())], return_when=asyncio.FIRST_COMPLETED)
        run.cancel()
        await asyncio.wait([run])
    assert made.is_set()


async def waits(graph):
    """What the thread asks a person."""
    interrupts = (await graph.aget_state(THREAD)).interrupts
    return [request["description"] for each in interrupts for request in each.value["action_requests"]]


@pytest.mark.parametrize("named", [False, True])
async def test_a_server_that_gives_the_same_approval_again_does_not_repeat_the_call(scripted, monkeypatch, named):
    settings = scripted(NAMED, [{"text": "Well."}])
    async with Session(settings) as session:
        graph, (_, interrupt) = session.source.graph, await asked(session)
        approval = Command(resume={interrupt.interrupt_id: APPROVE} if named else APPROVE)
        with use(settings):
            await cut_off(graph, approval, monkeypatch)
            for _ in range(2):
                await graph.ainvoke(approval, THREAD)
                (description,) = await waits(graph)
                assert "may have taken effect" in description
                assert len(notes(settings)) == 1
                if not named:
                    break  # what it gives now is a new answer
            await graph.ainvoke(Command(resume=APPROVE), THREAD)
            assert not await waits(graph)
    assert len(notes(settings)) == 2


async def test_an_approval_to_repeat_a_call_counts_for_one_call(scripted, monkeypatch):
    settings = scripted(NAMED, [{"text": "Well."}])
    async with Session(settings) as session:
        graph = session.source.graph
        await asked(session)
        with use(settings):
            await cut_off(graph, Command(resume=APPROVE), monkeypatch)
            await graph.ainvoke(None, THREAD)
            await cut_off(graph, Command(resume=APPROVE), monkeypatch)
            await graph.ainvoke(Command(resume=APPROVE), THREAD)
            (description,) = await waits(graph)
            assert "may have taken effect" in description
    assert len(notes(settings)) == 2


async def test_a_new_question_does_not_drop_the_call_that_waits(scripted):
    settings = scripted([NOTE], [{"text": "Done."}])
    async with Session(settings) as session:
        await asked(session)
        refused = await session.ask("Never mind. Hello?", thread="t").result()
        assert (refused.status, refused.error.type) == ("failed", "DecisionPending")
        assert not notes(settings)
        result = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
    assert (result.status, result.text) == ("done", "Done.")
    assert len(notes(settings)) == 1


SAME = [call("save_note", {"title": title, "text": "Text."}, "call_0") for title in ("Rejected", "Approved")]


def ids_of(messages):
    return [each["id"] for message in messages if message.type == "ai" for each in message.tool_calls]


async def test_two_calls_with_one_id_are_decided_by_their_positions(scripted):
    settings = scripted(SAME, [{"text": "Done."}])
    decisions = [{"type": "reject"}, {"type": "approve"}]
    async with Session(settings) as session:
        first, _ = await asked(session)
        said, _, messages = await watched(session, session.resume("t", {"decisions": decisions}), "t")
    assert notes(settings) == ["# Approved\n\nText.\n"]
    ids = ids_of(messages)
    assert len(set(ids)) == 2
    assert ids[0] == "call_0"
    assert list(dict.fromkeys(event.tool_call_id for event in of(first, events.ToolArguments))) == ids
    assert {tool.tool_call_id: tool.status for tool in of(said, events.ToolFinished)} == dict(
        zip(ids, ["rejected", "ok"], strict=True)
    )


@pytest.mark.parametrize("identity", ["call_0", ""])
async def test_calls_numbered_anew_each_turn_are_all_made(scripted, identity):
    note = call("save_note", {"title": "Same", "text": "Same."}, identity)
    settings = scripted([note], [{"text": "One."}], [note], [{"text": "Two."}])
    async with Session(settings) as session:
        for _ in range(2):
            await asked(session)
            _, result, messages = await watched(session, session.resume("t", {"decisions": [{"type": "approve"}]}), "t")
            assert result.status == "done"
    assert len(notes(settings)) == 2
    assert len(set(ids_of(messages))) == 2
    assert all(ids_of(messages))


async def test_a_doubtful_call_with_a_used_id_is_not_run(scripted):
    cut = [{"tool_chunk": {"index": 0, "id": "call_0", "name": "calculate", "args": '{"expression": "1'}}]
    settings = scripted([call("calculate", {"expression": "1+1"}, "call_0")], cut, [{"text": "Well."}])
    async with Session(settings) as session:
        said, _, messages = await watched(session, session.ask("Count", thread="t"), "t")
    assert [tool.status for tool in of(said, events.ToolFinished)] == ["ok", "error"]
    assert len({message.tool_call_id for message in messages if message.type == "tool"}) == 2


async def test_one_of_many_claims_wins(tmp_path):
    ledgers = [SqliteLedger(tmp_path / "ledger.sqlite") for _ in range(8)]
    claims = await asyncio.gather(*(ledger.claim(claim_of(NOTE)) for ledger in ledgers))
    assert sum(known is None for known in claims) == 1
    assert await ledgers[0].claim(claim_of(NOTE, position=1)) is None
    assert await ledgers[0].claim(claim_of(NOTE, message="m2")) is None
    assert await ledgers[0].claim(claim_of(OTHER)) is None


@pytest.mark.parametrize("named", [False, True])
async def test_a_server_that_gives_the_same_approval_again_does_not_approve_the_next_calls(
    scripted, monkeypatch, named
):
    """The process dies behind the call that was approved, before what the model asks for next is asked about."""
    settings = scripted(NAMED, [{"id": "m2"}, OTHER], [{"text": "Saved."}])
    async with Session(settings) as session:
        graph, (_, interrupt) = session.source.graph, await asked(session)
        approval = Command(resume={interrupt.interrupt_id: APPROVE} if named else APPROVE)
        with use(settings):
            with monkeypatch.context() as broken:
                broken.setattr("nodes.approve.expiry", dies_at("m2"))
                with pytest.raises(RuntimeError, match="died"):
                    await graph.ainvoke(approval, THREAD)
            assert len(notes(settings)) == 1
            await graph.ainvoke(approval, THREAD)
            assert (await graph.aget_state(THREAD)).next == ("approve",)
            assert len(notes(settings)) == 1
            await graph.ainvoke(Command(resume=APPROVE), THREAD)
            assert not await waits(graph)
    assert len(notes(settings)) == 2


def dies_at(message_id):
    """A process that dies before a person is asked about the calls of a message."""

    def expiry(message):
        if message.id == message_id:
            raise RuntimeError("the process died")

    return expiry
