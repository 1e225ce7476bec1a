"""Words that a policy holds back, on the page: in the thread that waits, and in the queue of who decides."""

import pytest

from mainstem import Policy

from .asking import ask, ended

RIVAL = Policy(name="rival", words=("Hyperglot",), action="review", says="I do not speak of others.")
SAID = "We make them. So does Hyperglot."


@pytest.fixture
def page(visit, serve, scripted):
    page = visit(serve(scripted([{"words": SAID}], policies=[RIVAL])).url)
    ask(page, "Who else makes them?")
    ended(page)
    return page


def test_who_decides_sees_the_words_and_the_answer_is_shown_once(page):
    assert page.locator(".speech").inner_text().strip() == "We make them. So does"
    box = page.locator(".question-box")
    box.locator("dd", has_text="Hyperglot.").wait_for()
    box.get_by_role("button", name="Flag").click()
    box.get_by_label("Why is it to be looked at again?").fill("A rival.")
    box.get_by_role("button", name="Approve and flag").click()
    assert ended(page, 2).locator(".speech").inner_text() == SAID
    assert page.locator(".speech:visible").count() == 1


def test_the_queue_shows_what_led_there_and_takes_a_decision(page):
    page.get_by_role("button", name="Approvals").click()
    waiting = page.locator("#sheet .waiting")
    assert "Who else makes them?" in waiting.inner_text()
    assert "held by the policy rival" in waiting.inner_text()
    colour = waiting.locator("a").evaluate("a => getComputedStyle(a).color")
    assert colour != "rgb(0, 0, 238)", "no link is blue as the browser makes it: that cannot be read in the dark"
    waiting.get_by_role("button", name="Reject").click()
    waiting.get_by_label("What is shown instead?").fill("Ask Ada.")
    waiting.locator(".more").get_by_role("button", name="Reject").click()
    waiting.locator(".outcome", has_text="Rejected").wait_for()
    page.locator("#sheet-close").click()
    page.reload()
    page.get_by_text("Ask Ada.", exact=True).wait_for()
    assert page.get_by_text("Hyperglot").count() == 0
