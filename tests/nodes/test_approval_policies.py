"""When a person is asked, for how long a decision may take, and what is written down of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mainstem import Session, events
from mainstem.sessions.approvals import approve, edit, reject, respond, response
from mainstem.stream import hitl
from tools import TOOLS
from tools.decorator import tool

from ..fixtures import call
from ..graph.watched import of, watched

NOTE = call("save_note", {"title": "Ferry", "text": "It sails at seven."}, "n1")
OTHER = call("save_note", {"title": "Ticket", "text": "Twelve crowns."}, "n2")
THIRD = call("save_note", {"title": "Quay", "text": "Number two."}, "n3")
ADA = {"user": "ada"}


def notes(settings: Any) -> list[str]:
    return sorted(path.stem for path in (settings.home / "notes").glob("*.md"))


async def asked(session: Session) -> Any:
    result = await session.ask("Save it", thread="t").result()
    (interrupt,) = result.interrupts
    return interrupt.request


async def decided(session: Session, *decisions: Any) -> Any:
    return await watched(session, session.resume("t", response(decisions), tags=ADA), "t")


async def test_four_calls_are_decided_in_four_ways_and_each_tells_who_and_when(scripted):
    fourth = call("save_note", {"title": "Fog", "text": "At dawn."}, "n4")
    settings = scripted([NOTE, OTHER, THIRD, fourth], "Done.")
    async with Session(settings) as session:
        await asked(session)
        changed = edit("save_note", {"title": "Boat", "text": "At nine."})
        said, result, messages = await decided(session, approve(), changed, reject("no"), respond("Noted by hand."))
    assert result.status == "done"
    assert notes(settings) == ["boat", "ferry"]
    made = {event.tool_call_id: event.decision for event in of(said, events.ToolStarted)}
    assert {key: (made[key].type, made[key].by) for key in sorted(made)} == {
        "n1": ("approve", "ada"), "n2": ("edit", "ada"), "n3": ("reject", "ada"), "n4": ("respond", "ada"),
    }  # fmt: skip
    assert {datetime.fromisoformat(decision.at).tzinfo for decision in made.values()} == {UTC}
    answers = {message.tool_call_id: message for message in messages if message.type == "tool"}
    assert (answers["n4"].text, answers["n4"].status) == ("Noted by hand.", "success")
    ends = {event.tool_call_id: event.status for event in of(said, events.ToolFinished)}
    assert ends == {"n1": "ok", "n2": "ok", "n3": "rejected", "n4": "ok"}


async def test_an_approval_for_the_thread_is_remembered_there_and_nowhere_else(scripted):
    settings = scripted([NOTE], "One.", [OTHER], "Two.", [THIRD])
    async with Session(settings) as session:
        await asked(session)
        said, _, _ = await decided(session, approve(in_thread=True))
        assert "approved in this thread by ada" in of(said, events.Notice)[0].text
    async with Session(settings) as session:
        said, result, _ = await watched(session, session.ask("Another", thread="t"), "t")
        assert result.text == "Two."
        [started] = of(said, events.ToolStarted)
        assert (started.decision.by, started.decision.scope) == ("ada", "thread")
        assert (await session.ask("Elsewhere", thread="u").result()).status == "interrupted"
    assert notes(settings) == ["ferry", "ticket"]


async def test_what_a_graph_does_not_offer_is_no_decision(scripted):
    async with Session(scripted([NOTE], "One.")) as session:
        await asked(session)
        for wrong in ({"type": "approve", "scope": "world"}, {**reject(), "scope": "thread"}):
            assert (await session.resume("t", response([wrong])).result()).error.type == "WrongDecision"
        assert (await session.state("t")).interrupts


@pytest.mark.parametrize(("after", "made"), [(timedelta(hours=1, minutes=59), ["ferry"]), (timedelta(hours=3), [])])
async def test_a_decision_that_comes_too_late_is_a_rejection(scripted, monkeypatch, after, made):
    settings = scripted([NOTE], "Done.", approval_hours=2)
    async with Session(settings) as session:
        request = await asked(session)
        until = datetime.fromisoformat(request["expires_at"])
        later = until - timedelta(hours=2) + after
        monkeypatch.setattr(hitl, "_now", lambda: later)
        said, result, messages = await decided(session, approve())
    assert (result.status, notes(settings)) == ("done", made)
    if not made:
        assert [notice.rule for notice in of(said, events.Notice)] == ["expired"]
        assert "the decision came too late" in messages[-2].text


async def test_the_time_that_was_told_counts_whoever_decides(scripted, monkeypatch):
    settings = scripted([NOTE], "Done.", "Done.", approval_hours=2)
    async with Session(settings) as session:
        until = datetime.fromisoformat((await asked(session))["expires_at"])
    async with Session(settings.model_copy(update={"approval_hours": None})) as session:
        monkeypatch.setattr(hitl, "_now", lambda: until + timedelta(minutes=1))
        await decided(session, approve())
    assert notes(settings) == []


@pytest.mark.parametrize(
    ("policy", "asks"),
    [
        ("never", False),
        ("always", True),
        (lambda args: len(args["text"]) > 100, False),
        (lambda args: args["title"] == "Ferry", True),
        (lambda args: args["nothing"], True),
    ],
)
async def test_a_tool_says_when_a_person_is_asked(scripted, monkeypatch, policy, asks):
    changed = TOOLS["save_note"].model_copy(update={"approval": policy})
    monkeypatch.setattr("nodes.approve.TOOLS", {**TOOLS, "save_note": changed})
    settings = scripted([NOTE], "Done.")
    async with Session(settings) as session:
        result = await session.ask("Save it", thread="t").result()
    assert (result.status == "interrupted", notes(settings)) == (asks, [] if asks else ["ferry"])


@pytest.mark.parametrize(
    ("name", "said", "asks"), [("save_note", "never", False), ("calculate", "always", True), ("other", "never", True)]
)
async def test_the_settings_overrule_tools(scripted, name, said, asks):
    steps = [call("calculate", {"expression": "1+1"}, "c1")] if name == "calculate" else [NOTE]
    async with Session(scripted(steps, "Done.", approvals={name: said})) as session:
        assert ((await session.ask("?").result()).status == "interrupted") is asks


def test_the_decorator_takes_a_policy():
    @tool(approval="always")
    async def look(where: str) -> str:
        """Look somewhere."""
        return where

    assert look.approval == "always"
    assert TOOLS["save_note"].approval == "always"
    assert TOOLS["calculate"].approval == "never"
