"""A connection that breaks in the middle of an answer."""

import pytest

from .asking import ask, asked, ended
from .serving import Wire

WORDS = " ".join(f"w{number}" for number in range(150))


@pytest.fixture
def wire(serve, scripted):
    with Wire(serve(scripted([{"words": WORDS, "delay": 0.02}])).port) as wire:
        yield wire


def test_a_cut_connection_resumes_by_itself_and_exactly_once(visit, wire):
    page = visit(wire.url)
    ask(page, "Talk")
    for seen in ("w20 ", "w60 "):
        page.locator(".speech").get_by_text(seen).wait_for()
        wire.cut()
        page.locator("#link").get_by_text("reconnecting").wait_for()
        wire.mend()
    run = ended(page)
    assert run.get_attribute("data-status") == "done"
    assert run.locator(".speech").inner_text() == WORDS
    assert page.locator("#link").inner_text() == ""


def test_a_page_that_is_reloaded_in_the_middle_goes_on(visit, wire):
    page = visit(wire.url)
    ask(page, "Talk")
    page.locator(".speech").get_by_text("w20 ").wait_for()
    page.reload()
    assert ended(page).locator(".speech").inner_text() == WORDS


def test_stop_stops_what_goes_on_after_a_reload(visit, serve, scripted):
    page = visit(serve(scripted([{"words": "So it "}, {"sleep": 600}])).url)
    ask(page, "Talk")
    page.locator(".speech").get_by_text("So it").wait_for()
    page.reload()
    page.locator(".speech").get_by_text("So it").wait_for()
    page.locator("#stop").click()
    assert ended(page).get_attribute("data-status") == "stopped"
    assert page.locator(".speech").inner_text() == "So it"


def test_a_server_that_is_gone_is_told_and_the_question_kept(visit, wire):
    page = visit(wire.url)
    wire.cut()
    ask(page, "Talk")
    page.locator("#trouble").wait_for()
    assert "cannot be reached" in page.locator("#trouble").inner_text()
    assert page.input_value("#words") == "Talk"
    wire.mend()
    assert asked(page, "Talk").locator(".speech").inner_text() == WORDS
    assert page.locator(".turn").count() == 1
