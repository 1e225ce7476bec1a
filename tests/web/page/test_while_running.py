"""What is typed while a run goes on: asked after it, or read by it."""

import pytest

from .asking import ask, ended

SAID = "word " * 20
HELD = [{"words": SAID}, {"sleep": 1}]
"""A run that goes on until the test lets it end."""


@pytest.fixture
def page(visit, serve, scripted, release):
    page = visit(serve(scripted(HELD, [{"words": "And then this."}])).url)
    ask(page, "One?")
    page.locator(".speech").get_by_text("word word").wait_for()
    return page


def test_a_question_waits_for_the_answer_above(page, release):
    ask(page, "Two?")
    page.get_by_text("waits for the answer above").wait_for()
    assert page.locator("#stop").is_visible()
    release()
    ended(page, 2)
    assert page.locator(".speech").all_inner_texts() == [SAID.strip(), "And then this."]
    page.reload()
    ended(page, 2)
    assert page.locator(".question").all_inner_texts() == ["One?", "Two?"]


def test_stop_stops_the_run_that_goes_on_and_the_next_one_begins(page):
    ask(page, "Two?")
    page.get_by_text("waits for the answer above").wait_for()
    page.locator("#stop").click()
    ended(page, 2)
    assert [run.get_attribute("data-status") for run in page.locator(".run").all()] == ["stopped", "done"]


def test_a_run_is_steered(page, release):
    page.fill("#words", "Shorter, please.")
    assert page.locator("#send").inner_text() == "Ask next"
    page.locator("#steer").click()
    page.locator(".steering.unread").wait_for()
    assert page.locator(".words > *").last.inner_text().startswith("Shorter, please.")
    release()
    ended(page)
    assert page.locator(".question").all_inner_texts() == ["One?"]
    words = page.locator(".words > *").all_inner_texts()
    assert words == [SAID.strip(), "Shorter, please.", "And then this."]
    page.reload()
    ended(page)
    assert page.locator(".words > *").all_inner_texts() == words
    assert page.locator(".question").all_inner_texts() == ["One?"]


def test_what_the_buttons_say_follows_what_goes_on(page, release):
    assert not page.locator("#send").is_visible()
    page.fill("#words", "Two?")
    assert page.locator("#steer").is_visible()
    release()
    ended(page)
    assert page.locator("#send").inner_text() == "Ask"
    assert not page.locator("#steer").is_visible()
