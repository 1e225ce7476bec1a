"""Approvals: the exact call, an edit, a rejection, several at once, and questions of other people's graphs."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from mainstem import Session, Settings

from ...waiting import PATIENCE, eventually_without_a_loop
from .asking import ask, asked, ended, look
from .graphs import deciding, disguising, wondering

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
    assert box.locator(".outcome").inner_text() == "Approved"
    assert "It was 80." in notes(tmp_path)[0]


def test_calls_of_a_tool_are_approved_for_the_whole_thread(visit, serve, scripted, tmp_path):
    page = visit(serve(scripted(TURNS[0], TURNS[0], TURNS[1])).url)
    ask(page, "Save a note twice")
    page.get_by_role("button", name="Always in this thread").click()
    assert ended(page, 2).locator(".speech").inner_text() == "Done."
    assert len(notes(tmp_path)) == 2


def test_a_call_is_edited(page, tmp_path):
    page.get_by_role("button", name="Edit", exact=True).click()
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
    page.locator(".outcome").get_by_text("Approved", exact=True).wait_for()


def test_a_card_tells_after_a_reload_what_became_of_it_beside_its_question(visit, serve, scripted):
    turns = (*TURNS, *TURNS, *TURNS)
    page = visit(serve(scripted(*turns)).url)
    for number in range(3):
        ask(page, "Save a note: the port is 8080")
        card = page.locator(".question-box").nth(number)
        if number == 0:
            card.get_by_role("button", name="Approve").click()
        elif number == 1:
            card.get_by_role("button", name="Edit", exact=True).click()
            card.get_by_label("text").fill("The port is 8081.")
            card.get_by_role("button", name="Approve with these arguments").click()
        else:
            card.get_by_role("button", name="Reject").click()
            card.locator(".more").get_by_role("button", name="Reject").click()
        ended(page, 2 * number + 2)
    page.reload()
    ended(page, 6)
    told = ["Approved", "Approved with your changes", "Rejected"]
    for number, words in enumerate(told):
        page.locator(".turn").nth(number).locator(".outcome").get_by_text(words, exact=True).wait_for()


@pytest.mark.parametrize(
    ("said", "answer"),
    [("Perhaps not approved: The server cannot be reached.", None), ("Not approved: It is busy.", "It is busy.")],
)
def test_a_decision_that_is_not_taken_is_not_called_approved(page, tmp_path, said, answer):
    body = json.dumps({"detail": answer})
    page.route("**/resume", lambda route: route.fulfill(status=409, body=body) if answer else route.abort())
    page.get_by_role("button", name="Approve").click()
    page.locator(".outcome").get_by_text(said).wait_for()
    assert notes(tmp_path) == []
    page.unroute("**/resume")
    page.get_by_role("button", name="Approve").click()
    ended(page, 2)
    assert page.locator(".outcome").inner_text() == "Approved"
    assert len(notes(tmp_path)) == 1


def test_several_decisions_are_sent_before_they_are_called_made(visit, serve, tmp_path):
    page = visit(serve(Settings(home=tmp_path / "home"), deciding).url)
    ask(page, "Send it")
    for card in (0, 1):
        page.locator(".card").nth(card).get_by_role("button", name="Approve").click()
    assert page.locator(".outcome").all_inner_texts() == ["To be approved"] * 2
    page.get_by_role("button", name="Send 2 decisions").click()
    ended(page, 2)
    assert page.locator(".outcome").all_inner_texts() == ["Approved"] * 2


def unaware(page):
    """Let a tab learn nothing of what is done elsewhere, as one does that was asleep."""
    page.route("**/runs?thread=*", lambda route: route.abort())


def thread_of(page):
    """The API of the page's server, and the path of its one thread."""
    api = httpx.Client(base_url=page.url.partition("#")[0].partition("?")[0], trust_env=False, timeout=PATIENCE)
    (thread,) = api.get("threads").json()["threads"]
    return api, thread["thread_id"]


def test_what_was_decided_elsewhere_is_not_called_approved(page, tmp_path):
    ended(page)
    unaware(page)
    api, thread = thread_of(page)
    (asked,) = api.get(f"threads/{thread}").json()["interrupts"]
    reject = {"decisions": {asked["interrupt_id"]: {"decisions": [{"type": "reject"}]}}}
    run_id = api.post(f"threads/{thread}/resume", json=reject).json()["run_id"]
    api.get(f"runs/{run_id}/events")  # to its end
    page.get_by_role("button", name="Approve").click()
    page.locator(".outcome").get_by_text("Not approved: Thread").wait_for()
    assert not page.get_by_role("button", name="Approve").is_visible()
    assert notes(tmp_path) == []


def refused(settings, thread):
    """The id of a run that another process began and that could not begin, for the thread waits."""

    async def asked_anew():
        async with Session(settings) as session:
            result = await session.ask("And now?", thread=thread).result()
        assert result.status == "failed"
        return result.run_id

    with ThreadPoolExecutor() as pool:  # this thread has the browser's event loop
        return pool.submit(asyncio.run, asked_anew()).result()


def rejected(page):
    page.get_by_role("button", name="Reject").last.click()
    page.locator(".more").get_by_role("button", name="Reject").click()
    page.locator(".outcome").get_by_text("Rejected", exact=True).last.wait_for()


def test_of_two_tabs_one_rejects_and_the_card_of_the_other_approves_nothing(page, visit, tmp_path):
    unaware(page)
    other = visit(page.url)
    rejected(other)
    ended(other, 2)
    page.get_by_role("button", name="Approve").click()
    page.locator(".outcome").get_by_text("Not approved: Thread").wait_for()
    page.reload()
    ended(page, 2)
    assert page.locator(".question").count() == 1
    assert not page.get_by_role("button", name="Approve").is_visible()
    assert not page.get_by_text("Approved").is_visible()
    assert notes(tmp_path) == []


def test_of_two_tabs_that_decide_at_once_one_is_told_the_truth(page, visit, tmp_path):
    unaware(page)
    other = visit(page.url)
    unaware(other)
    for tab in (page, other):
        tab.get_by_role("button", name="Reject").click()
        tab.locator(".more").wait_for()
    buttons = "[...document.querySelectorAll('.question-box button')]"
    decide = f"(name) => {buttons}.findLast((button) => button.textContent === name).click()"
    page.evaluate(decide, "Reject")
    other.evaluate(decide, "Approve")
    outcomes = [
        tab.locator(".outcome").get_by_text(re.compile("^(Not approved:|Approved|Not rejected:|Rejected)"))
        for tab in (page, other)
    ]
    said = [outcome.inner_text() for outcome in outcomes]
    assert (said[0] == "Rejected") != (said[1] == "Approved")
    ended(page if said[0] == "Rejected" else other, 2)
    assert len(notes(tmp_path)) == (said[1] == "Approved")


def test_a_card_of_an_earlier_question_does_not_decide_the_next_one(visit, serve, scripted, tmp_path):
    page = visit(serve(scripted(*TURNS, *TURNS)).url)
    ask(page, "Save a note: the port is 8080")
    ended(page)
    unaware(page)
    other = visit(page.url)
    rejected(other)
    ended(other, 2)
    ask(other, "Save it all the same")
    ended(other, 3)
    page.get_by_role("button", name="Approve").click()
    page.locator(".outcome").get_by_text("Not approved:").wait_for()
    assert notes(tmp_path) == []
    page.reload()
    page.get_by_role("button", name="Approve").click()
    page.locator(".outcome").get_by_text("Approved", exact=True).wait_for()
    eventually_without_a_loop(lambda: len(notes(tmp_path)) == 1)


def test_a_question_that_is_asked_meanwhile_is_refused_and_approves_nothing(page, tmp_path):
    ask(page, "And now?")
    page.locator("#trouble").get_by_text("This thread waits for a decision. Decide above first").wait_for()
    assert "POST" not in page.locator("#trouble").inner_text()
    assert page.locator(".outcome").inner_text() == ""
    assert notes(tmp_path) == []


@pytest.mark.parametrize("gone", [False, True])
def test_a_run_that_could_not_begin_has_approved_nothing(visit, serve, scripted, tmp_path, gone):
    """Between the server's look at the thread and its run, another process was quicker."""
    settings = scripted(*TURNS)
    page = visit(serve(settings).url)
    ask(page, "Save a note: the port is 8080")
    ended(page)
    api, thread = thread_of(page)
    started = {"run_id": refused(settings, thread), "thread_id": thread}
    page.route("**/resume", lambda route: route.fulfill(status=202, json=started))
    if gone:
        decided = {**api.get(f"threads/{thread}").json(), "interrupts": []}
        page.route(f"**/threads/{thread}", lambda route: route.fulfill(json=decided))
    page.get_by_role("button", name="Approve").click()
    page.locator(".outcome").get_by_text("Not approved: Thread").wait_for()
    assert page.get_by_role("button", name="Approve").is_visible() is not gone
    assert notes(tmp_path) == []


def test_an_approved_run_that_is_stopped_was_approved_and_asks_no_more(visit, serve, scripted, tmp_path):
    page = visit(serve(scripted(TURNS[0], [{"words": "word " * 500, "delay": 0.02}])).url)
    ask(page, "Save a note: the port is 8080")
    page.get_by_role("button", name="Approve").click()
    page.locator(".speech").get_by_text("word").wait_for()
    page.keyboard.press("Escape")
    assert ended(page, 2).get_attribute("data-status") == "stopped"
    assert page.locator(".outcome").inner_text() == "Approved"
    assert len(notes(tmp_path)) == 1
    page.reload()
    ended(page, 2)
    assert not page.get_by_role("button", name="Approve").is_visible()


def test_the_form_follows_the_thread_and_not_the_runs_that_were_refused(visit, serve, scripted, tmp_path):
    settings = scripted(*TURNS)
    page = visit(serve(settings).url)
    ask(page, "Save a note: the port is 8080")
    ended(page)
    _, thread = thread_of(page)
    for _ in range(2):
        refused(settings, thread)
    page.reload()
    page.get_by_role("button", name="Approve").click()
    ended(page, 2)
    assert page.locator(".outcome").inner_text() == "Approved"
    assert len(notes(tmp_path)) == 1


def test_several_calls_are_decided_together(visit, serve, tmp_path):
    page = visit(serve(Settings(home=tmp_path / "home"), deciding).url)
    ask(page, "Send it")
    cards = page.locator(".card")
    cards.nth(1).get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("copies (JSON)").fill("many")
    page.get_by_role("button", name="Approve with these arguments").click()
    assert "not valid JSON" in page.locator(".wrong").last.inner_text()
    page.get_by_label("copies (JSON)").fill("3")
    page.get_by_role("button", name="Approve with these arguments").click()
    send = page.get_by_role("button", name="Send 2 decisions")
    assert send.is_disabled()
    cards.nth(0).get_by_role("button", name="Answer", exact=True).click()
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
    page.get_by_role("button", name="Answer", exact=True).click()
    assert ended(page, 2).locator(".speech").inner_text() in ("So it is North.", "So it is {'harbour': 'North'}.")


def test_no_call_looks_like_another_one(visit, serve, tmp_path):
    page = visit(serve(Settings(home=tmp_path / "home"), disguising).url)
    box = asked(page, "Go").locator(".question-box")
    said = [box.locator(".action"), *box.locator("dd").all(), box.locator(".note")]
    shown = [each.text_content() for each in said]
    assert shown == ["send\\u202edaer", "Ann\\u202eboB", '[\n  "\\u2066x\\u009b8m"\n]', "a\\u202eb"]


def test_what_is_being_typed_into_a_card_stays_when_the_page_looks_for_news(page):
    ended(page)
    page.get_by_role("button", name="Reject").click()
    page.get_by_label("Why not?").fill("Not n")
    with page.expect_response(lambda response: "runs?thread=" in response.url):
        look(page)
    with page.expect_response(lambda response: "runs?thread=" in response.url):
        look(page)  # what the first one found has been shown by now
    assert page.get_by_label("Why not?").input_value() == "Not n"
