"""Approvals: the exact call, an edit, a rejection, several at once, and questions of other people's graphs."""

import json

import pytest

from mainstem import Settings

from .asking import ask, asked, ended
from .graphs import deciding, wondering

NOTE = {"title": "Port", "text": "The port is 8080.\nIt was 80."}
TURNS = ([{"tool_call": {"name": "save_note", "args": NOTE}}], [{"words": "Done."}])


@pytest.fixture
def page(visit, serve, scripted):
    page = visit(serve(scripted(*TURNS)).url)
    ask(page, "Save a note: the port is 8080")
    page.locator(".question-box").wait_for()
    return page


def notes(tmp_path):
    return [file.read_text() for file in sorted((tmp_path / "home" / "notes").glob("*"))]


def test_the_exact_call_is_shown_and_approved(page, tmp_path):
    box = page.locator(".question-box")
    assert box.locator(".action").inner_text() == "save_note"
    assert box.locator("dd").all_inner_texts() == list(NOTE.values())
    assert notes(tmp_path) == []
    box.get_by_role("button", name="Approve").click()
    assert ended(page, 2).locator(".speech").inner_text() == "Done."
    assert "It was 80." in notes(tmp_path)[0]


def test_a_call_is_edited(page, tmp_path):
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("text").fill("The port is 8081.")
    page.get_by_role("button", name="Approve with these arguments").click()
    ended(page, 2)
    assert "8081" in notes(tmp_path)[0]
    assert "8080" not in notes(tmp_path)[0]


def test_a_call_is_rejected_with_a_reason(page, tmp_path):
    page.get_by_role("button", name="Reject").click()
    page.get_by_label("Why not?").fill("Not now.")
    page.locator(".more").get_by_role("button", name="Reject").click()
    run = ended(page, 2)
    run.locator(".work > summary").click()
    run.locator(".row.call[data-state=rejected]").wait_for()
    assert notes(tmp_path) == []


def test_a_question_survives_a_reload(page, tmp_path):
    ended(page)
    page.locator("#threads").get_by_text("waits for you").wait_for()
    page.reload()
    page.get_by_role("button", name="Approve").click()
    ended(page, 2)
    assert len(notes(tmp_path)) == 1
    page.reload()
    ended(page, 2)
    assert page.locator(".question").count() == 1
    assert not page.get_by_role("button", name="Approve").is_visible()


def test_several_calls_are_decided_together(visit, serve, tmp_path):
    page = visit(serve(Settings(home=tmp_path / "home"), deciding).url)
    ask(page, "Send it")
    cards = page.locator(".card")
    cards.nth(1).get_by_role("button", name="Edit").click()
    page.get_by_label("copies (JSON)").fill("many")
    page.get_by_role("button", name="Approve with these arguments").click()
    assert "not valid JSON" in page.locator(".wrong").last.inner_text()
    page.get_by_label("copies (JSON)").fill("3")
    page.get_by_role("button", name="Approve with these arguments").click()
    send = page.get_by_role("button", name="Send 2 decisions")
    assert send.is_disabled()
    cards.nth(0).get_by_role("button", name="Answer").click()
    page.get_by_label("Your answer").fill("She knows.")
    cards.nth(0).locator(".more button").click()
    send.click()
    said = ended(page, 2).locator("code").last.inner_text()
    edited = {"name": "send", "args": {"to": "Bob", "copies": 3}}
    expected = [{"type": "respond", "message": "She knows."}, {"type": "edit", "edited_action": edited}]
    assert said == str({"decisions": expected})


@pytest.mark.parametrize("answer", ["North", json.dumps({"harbour": "North"})])
def test_a_foreign_question_is_answered(visit, serve, tmp_path, answer):
    page = visit(serve(Settings(home=tmp_path / "home"), wondering).url)
    run = asked(page, "Go")
    assert run.locator(".question-box h3").inner_text() == "Which harbour?"
    page.get_by_label("Your answer").fill(answer)
    page.get_by_role("button", name="Answer").click()
    assert ended(page, 2).locator(".speech").inner_text() in ("So it is North.", "So it is {'harbour': 'North'}.")
