"""What nobody decides in time is rejected when that is due, and not only when somebody looks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mainstem import Policy, Session, Settings, guarded
from mainstem import events as e
from mainstem.events import decode
from mainstem.stores.users import User, acting_as
from mainstem.stream import hitl
from mainstem.web import expiry
from mainstem.web.run_manager import RunManager

from ..waiting import eventually
from .people import authenticate
from .test_policies import GIVEN, TEXT, Saying
from .test_review import kept_by_the_session

AT_ONCE = 1e-9
"""Hours in which nobody can decide."""


@pytest.fixture(autouse=True)
def _no_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "MARGIN", 0.0)


def reviewing(home: Any, **more: Any) -> RunManager:
    """A manager over a graph of which a person has to look at each answer."""
    rival = Policy(name="rival", words=("Acme Ltd",), action="review", says="I do not speak of others.")
    graph = kept_by_the_session(guarded(Saying(pieces=[TEXT]), policies=[rival]))
    return RunManager(Session(Settings(home=home, approval_hours=1), graph=graph), **more)


async def gone_on(manager: RunManager, before: str) -> tuple[Any, list[Any]]:
    """The record and the events of the run by which a thread goes on."""

    async def latest() -> Any:
        await manager.session.journal.flush()
        (record, *_) = await manager.session.journal.runs(1)
        return record if record.run_id != before and record.status is not None else None

    record = await eventually(latest)
    return record, [decode(line) async for line in manager.session.lines(record.run_id)]


async def test_what_became_due_while_no_server_ran_is_rejected_when_one_begins(tmp_path: Any, monkeypatch: Any):
    async with (first := reviewing(tmp_path, auth=authenticate)):
        with acting_as(User("owner", frozenset({"ask", "approve"}))):
            run = await first.start(GIVEN, thread="t")
        assert (await run.result()).status == "interrupted"
    later = datetime.now(UTC) + timedelta(hours=2)
    monkeypatch.setattr(hitl, "_now", lambda: later)
    async with (second := reviewing(tmp_path, auth=authenticate)):
        record, events = await gone_on(second, run.run_id)
    assert (record.status, record.thread_id, record.tags) == ("halted", "t", {"user": "owner", "decided_by": "expiry"})
    told = [event.text for event in events if isinstance(event, e.Notice)]
    assert told[0].startswith("What the policy rival held is not shown: ")
    assert "Acme" not in str(events)


async def test_a_call_is_rejected_when_it_is_due(scripted: Any):
    call = {"tool_call": {"name": "save_note", "args": {"title": "Port", "text": "8080"}, "id": "c"}}
    settings = scripted([call], "I did not save it.", approval_hours=AT_ONCE)
    async with (manager := RunManager(Session(settings))):
        run = await manager.start({"messages": [("human", "Save it.")]})
        record, events = await gone_on(manager, run.run_id)
    assert (record.status, record.tags) == ("done", {"decided_by": "expiry"})
    assert [event.status for event in events if isinstance(event, e.ToolFinished)] == ["rejected"]
    assert [event.decision.by for event in events if isinstance(event, e.ToolStarted)] == ["expiry"]
    assert [event.rule for event in events if isinstance(event, e.Notice)] == ["expired"]
    assert not (settings.home / "notes").exists()


async def test_a_server_goes_on_with_the_threads_of_its_own_graph_alone(tmp_path: Any):
    async with (ours := reviewing(tmp_path, name="ours")), (theirs := reviewing(tmp_path, name="theirs")):
        await (await ours.start(GIVEN, thread="t")).result()
        assert await ours._ownership.of_graph(["t", "unknown"]) == ["t"]
        assert await theirs._ownership.of_graph(["t", "unknown"]) == []
