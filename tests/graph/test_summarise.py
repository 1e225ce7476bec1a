"""Summaries by a real model's parts: how many at once, what a failed part, a budget, the cache and a stop do."""

import gc
import warnings
from pathlib import Path

import pytest
from langgraph.types import Command

from mainstem import Session, Settings, events
from mainstem.sessions.admission.questions import question_input
from mainstem.sessions.approvals import ApprovalRequest, approve, reject, response
from mainstem.settings import use
from mainstem.testing import ScriptedProvider

from ..waiting import eventually
from .watched import of, watched

pytestmark = pytest.mark.worker

CHAPTERS = 6
PROSE = "The keeper of tower {n} climbs {n}0 steps each night and trims the wick before the boats come home. "
CLIMBS = "The keeper of tower {n} climbs {n}0 steps each night [{at}]."
ANSWER = [{"text": f"{CLIMBS.format(n=1, at=1)} {CLIMBS.format(n=2, at=2)}"}]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of six chapters, each of which is a part of its own under the smallest window."""
    folder = tmp_path / "books"
    folder.mkdir()
    chapters = (f"## Tower {n}\n\n{PROSE.format(n=n) * 4}\n" for n in range(1, CHAPTERS + 1))
    (folder / "towers.md").write_text("# Towers\n\n" + "\n".join(chapters))
    return folder


def note(n: int, *steps: object) -> dict[str, object]:
    """A turn that is the notes of chapter `n`, where one part is read at a time."""
    return {"when": "notes of this part", "steps": list(steps) or [{"text": f"- {n}0 steps [1]"}]}


def notes() -> list[dict[str, object]]:
    return [note(n) for n in range(1, CHAPTERS + 1)]


def notes_with(third: dict[str, object]) -> list[dict[str, object]]:
    return [note(1), note(2), third, *(note(n) for n in range(4, CHAPTERS + 1))]


def final(*steps: object) -> dict[str, object]:
    return {"when": "Summari[sz]e", "steps": list(steps or ANSWER)}


class CountingProvider(ScriptedProvider):
    """Knows how many requests were open at once."""

    most = 0
    _open = 0

    async def _serve(self, request, wire):
        self._open += 1
        self.most = max(self.most, self._open)
        try:
            await super()._serve(request, wire)
        finally:
            self._open -= 1


def settings(home: Path, folder: Path, provider: ScriptedProvider, **more) -> Settings:
    given = {"window_tokens": 500, "max_attempts": 1, "retry_seconds": 0.0, "summary_parallel": 1, **more}
    return Settings(
        home=home / "home",
        docs=[folder],
        model="openai:m",
        openai_base_url=provider.base_url,
        openai_api_key="k",
        **given,
    )


async def test_parts_are_read_a_few_at_once_and_only_the_merge_is_the_answer(tmp_path, book):
    async with (
        CountingProvider([*notes(), final()]) as provider,
        Session(settings(tmp_path, book, provider, summary_parallel=2)) as session,
    ):
        said, result, messages = await watched(session, session.ask("Summarise towers.md", thread="t"), "t")
    assert result.status == "done", result.error
    assert result.text == ANSWER[0]["text"]
    assert 1 <= provider.most <= 2
    assert len(provider.requests) == CHAPTERS + 1
    assert [message.type for message in messages] == ["human", "ai"]
    assert {event.node for event in of(said, events.MessageStarted)} == {"call_model"}
    counted = [(event.done, event.total) for event in of(said, events.Progress) if event.unit == "parts"]
    assert counted[-1] == (CHAPTERS, CHAPTERS)
    first, second = result.citations
    assert (first.document, second.document) == ("towers.md", "towers.md")
    assert "tower 1" in first.quote
    assert "tower 2" in second.quote
    assert result.usage["total_tokens"] > 0


async def test_a_part_that_fails_is_asked_again(tmp_path, book):
    broken = note(3, {"status": 500})
    async with (
        ScriptedProvider([broken, *notes(), final()]) as provider,
        Session(settings(tmp_path, book, provider, max_attempts=2)) as session,
    ):
        said, result, _ = await watched(session, session.ask("Summarise towers.md", thread="t"), "t")
    assert result.status == "done", result.error
    assert len(provider.requests) == CHAPTERS + 2
    assert not of(said, events.Notice)


async def test_a_part_that_cannot_be_read_is_named(tmp_path, book):
    async with (
        ScriptedProvider([*notes_with(note(3, {"status": 400, "message": "no"})), final()]) as provider,
        Session(settings(tmp_path, book, provider)) as session,
    ):
        said, result, _ = await watched(session, session.ask("Summarise towers.md", thread="t"), "t")
    assert result.status == "done", result.error
    (told,) = [event for event in of(said, events.Notice) if event.rule == "summary"]
    assert told.text.startswith("1 of 6 parts could not be read: towers.md (Towers > Tower 3).")
    assert told.count == 1
    asked = provider.requests[-1].json["messages"][-1]["content"]
    assert told.text in asked


async def test_when_no_part_can_be_read_the_run_fails_and_says_why(tmp_path, book):
    async with (
        ScriptedProvider({"turns": [[{"status": 400, "message": "no"}]], "repeat": True}) as provider,
        Session(settings(tmp_path, book, provider)) as session,
    ):
        _, result, _ = await watched(session, session.ask("Summarise towers.md", thread="t"), "t")
    assert result.status == "failed"
    assert "None of the 6 parts could be read" in result.error.message


async def test_the_same_part_is_paid_for_once(tmp_path, book):
    async with (
        ScriptedProvider([*notes(), final(), note(2), final({"text": CLIMBS.format(n=1, at=1)})]) as provider,
        Session(settings(tmp_path, book, provider)) as session,
    ):
        await session.ask("Summarise towers.md").result()
        text = (book / "towers.md").read_text()
        (book / "towers.md").write_text(text.replace("tower 2 climbs 20", "tower 2 climbs 22"))
        await session.library.index([book])
        again = await session.ask("Summarise towers.md").result()
    assert again.status == "done"
    assert len(provider.requests) == CHAPTERS + 1 + 2


async def test_above_its_price_a_person_is_asked_before_anything_is_read(tmp_path, book):
    async with (
        ScriptedProvider([*notes(), final()]) as provider,
        Session(settings(tmp_path, book, provider, prices={"m": (50, 50)}, summary_ask_above=0.01)) as session,
    ):
        _, asked, _ = await watched(session, session.ask("Summarise towers.md", thread="t"), "t")
        assert asked.status == "interrupted"
        assert not provider.requests
        (call,) = ApprovalRequest.parse(asked.interrupts[0].request).calls
        assert call.name == "summarise"
        assert (call.args["parts"], call.args["documents"]) == (CHAPTERS, 1)
        assert call.args["cost_usd"] > 0.01
        _, result, _ = await watched(session, session.resume("t", {"decisions": [approve()]}), "t")
    assert result.status == "done", result.error
    assert result.text == ANSWER[0]["text"]
    assert result.cost < call.args["cost_usd"]


async def test_an_approval_that_came_before_the_price_was_told_is_none(tmp_path, book, monkeypatch):
    """A server gives the run of a process that died its decision once more, whatever it was about."""
    async with (
        ScriptedProvider([final()]) as provider,
        Session(settings(tmp_path, book, provider, prices={"m": (50, 50)}, summary_ask_above=0.01)) as session,
    ):
        graph, config = session.source.graph, {"configurable": {"thread_id": "t"}}
        with use(session.settings):
            with monkeypatch.context() as broken:
                broken.setattr("nodes.summarise.foresee.dearest", lambda *_: 1 / 0)
                with pytest.raises(ZeroDivisionError):
                    await graph.ainvoke(question_input("Summarise towers.md"), config)
            await graph.ainvoke(Command(resume=response([approve()])), config)
            (asked,) = (await graph.aget_state(config)).interrupts
            assert ApprovalRequest.parse(asked.value).calls[0].name == "summarise"
            assert not provider.requests
            result = await graph.ainvoke(Command(resume=response([reject()])), config)
        assert result["halted"] == "budget"
        assert not provider.requests


async def test_what_is_not_approved_is_not_read_and_the_thread_goes_on(tmp_path, book):
    async with (
        ScriptedProvider([final(), [{"text": "Hello."}]]) as provider,
        Session(settings(tmp_path, book, provider, prices={"m": (50, 50)}, summary_ask_above=0.01)) as session,
    ):
        await session.ask("Summarise towers.md", thread="t").result()
        _, result, _ = await watched(session, session.resume("t", {"decisions": [reject("too dear")]}), "t")
        assert (result.status, result.reason) == ("halted", "budget")
        assert not provider.requests
        _, after, _ = await watched(session, session.ask("hello", thread="t"), "t")
    assert after.status == "done"


async def test_over_the_runs_budget_nothing_is_read(tmp_path, book):
    async with (
        ScriptedProvider([final()]) as provider,
        Session(settings(tmp_path, book, provider, budget_tokens=1000)) as session,
    ):
        said, result, _ = await watched(session, session.ask("Summarise towers.md", thread="t"), "t")
    assert (result.status, result.reason) == ("halted", "budget")
    assert not provider.requests
    assert "tokens" in of(said, events.Notice)[0].text


async def test_a_stop_in_the_middle_leaves_a_usable_thread(tmp_path, book):
    hanging = [note(n, {"hang": True}) for n in range(1, CHAPTERS + 1)]
    async with (
        CountingProvider([*hanging, *notes(), final()]) as provider,
        Session(settings(tmp_path, book, provider, summary_parallel=3)) as session,
    ):
        run = session.ask("Summarise towers.md", thread="t")
        await eventually(lambda: len(provider.requests) >= 3)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            await run.stop()
            assert (await run.result()).status == "stopped"
            gc.collect()
        assert not [str(each.message) for each in warned if "never awaited" in str(each.message)]
        assert provider.most == 3
        provider.play([*notes(), final()])
        _, result, messages = await watched(session, session.ask("Summarise towers.md", thread="t"), "t")
    assert result.status == "done", result.error
    assert [message.type for message in messages][-2:] == ["human", "ai"]


async def test_many_notes_are_merged_in_levels(tmp_path, book):
    long = [note(n, {"text": f"- The keeper of tower {n} climbs. [1] " + "word " * 60}) for n in range(1, CHAPTERS + 1)]
    merged = [{"when": "Merge these notes", "steps": [{"text": f"- merged {n} [{n}]"}]} for n in (1, 3, 5)]
    async with (
        ScriptedProvider(
            [*long, *merged, final({"text": f"{CLIMBS.format(n=1, at=1)} {CLIMBS.format(n=3, at=2)}"})]
        ) as provider,
        Session(settings(tmp_path, book, provider)) as session,
    ):
        _, result, _ = await watched(session, session.ask("Summarise towers.md", thread="t"), "t")
    assert result.status == "done", result.error
    assert len(provider.requests) == CHAPTERS + len(merged) + 1
    asked = provider.requests[-1].json["messages"][-1]["content"]
    assert "merged 1 [1]\n\n- merged 3 [2]\n\n- merged 5 [3]" in asked
    assert "tower 3" in result.citations[1].quote


async def test_what_fits_the_window_is_read_as_a_whole(tmp_path, book):
    async with (
        ScriptedProvider([final()]) as provider,
        Session(settings(tmp_path, book, provider, window_tokens=24_000)) as session,
    ):
        _, result, _ = await watched(session, session.ask("Summarise towers.md", thread="t"), "t")
    assert result.status == "done", result.error
    (request,) = provider.requests
    assert all(f"tower {n} climbs" in request.json["messages"][-1]["content"] for n in range(1, CHAPTERS + 1))


async def test_a_subject_is_searched_for_as_any_question_is(tmp_path, book):
    (book / "other.md").write_text("# Boats\n\nThe boats are painted red in spring by the harbour master.\n")
    async with (
        ScriptedProvider(
            [final({"text": "The boats are painted red in spring by the harbour master [1]."})]
        ) as provider,
        Session(settings(tmp_path, book, provider)) as session,
    ):
        said, result, _ = await watched(session, session.ask("Summarise painted boats", thread="t"), "t")
    assert result.status == "done", result.error
    assert "retrieve" in {event.node for event in of(said, events.NodeStarted)}
