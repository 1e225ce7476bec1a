"""The list of threads, and what is done with one of them."""

import json

import httpx
import pytest

from .asking import ask, asked, look, new_thread


@pytest.fixture
def page(visit, serve, scripted):
    return visit(serve(scripted([{"words": "It sails at seven."}], repeat=True)).url)


def names(page):
    return page.locator("#threads .name").all_inner_texts()


def new(page, question):
    new_thread(page)
    asked(page, question)
    page.locator("#threads .name").get_by_text(question, exact=True).wait_for()


def test_a_thread_is_found_by_what_was_said(page):
    new(page, "One about boats?")
    new(page, "One about trains?")
    page.fill("#search", "boats")
    page.wait_for_function("() => document.querySelectorAll('#threads a').length === 1")
    assert names(page) == ["One about boats?"]
    page.fill("#search", "zeppelin")
    page.get_by_text("No thread holds these words.").wait_for()
    page.fill("#search", "")
    page.wait_for_function("() => document.querySelectorAll('#threads a').length === 2")


def test_a_thread_is_renamed(page):
    new(page, "One?")
    page.locator("#thread").click()
    page.get_by_label("Title").fill("About the ferry")
    page.get_by_role("button", name="Rename", exact=True).click()
    page.locator("#threads .name").get_by_text("About the ferry").wait_for()
    assert page.locator("#title").inner_text() == "About the ferry"
    page.reload()
    page.locator("#title").get_by_text("About the ferry").wait_for()


def test_a_thread_is_exported(page):
    new(page, "One?")
    page.locator("#thread").click()
    for name, suffix, holds in (("Markdown", ".md", "## One?"), ("JSON", ".json", '"title": "One?"')):
        with page.expect_download() as download:
            page.get_by_text(f"Export as {name}").click()
        assert download.value.suggested_filename == f"One{suffix}"
        assert holds in download.value.path().read_text()


def test_a_thread_is_deleted_when_it_is_said_twice(page):
    new(page, "One?")
    new(page, "Two?")
    page.locator("#thread").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Really delete, for good?").click()
    page.wait_for_function("() => document.querySelectorAll('#threads a').length === 1")
    assert names(page) == ["One?"]
    assert page.locator("#welcome").is_visible()
    assert not page.locator("#sheet").is_visible()


def test_a_long_list_is_read_on(page):
    def listed(route):
        query = httpx.URL(route.request.url).params
        first = int(query["after"]) + 1 if "after" in query else 0
        every = [
            {"thread_id": str(n), "title": f"Thread {n}", "turns": 1, "updated_at": "", "waiting": False}
            for n in range(70)
        ]
        found = [thread | {"damaged": False, "running": None} for thread in every[first : first + int(query["limit"])]]
        route.fulfill(body=json.dumps({"threads": found}), content_type="application/json")

    page.route("**/threads?*", listed)
    page.reload()
    page.get_by_text("Thread 49").wait_for()
    assert len(names(page)) == 50
    page.locator("#more-threads").click()
    page.get_by_text("Thread 69").wait_for()
    assert len(names(page)) == 70
    assert not page.locator("#more-threads").is_visible()
    assert page.evaluate("() => document.activeElement.textContent").startswith("Thread 50")


def test_a_thread_that_was_kept_after_they_were_listed_is_listed_while_its_run_goes_on(visit, serve, scripted, release):
    page = visit(serve(scripted([{"words": "word "}, {"sleep": 1}, {"words": "by word"}])).url)
    page.route("**/threads?*", lambda route: route.fulfill(json={"threads": []}))
    with page.expect_response("**/threads?*"):
        ask(page, "Talk")
    page.locator(".speech").get_by_text("word").wait_for()
    assert not names(page)
    page.unroute_all()
    look(page)
    page.locator("#threads .name").get_by_text("Talk", exact=True).wait_for()
    assert page.locator(".run[data-status]").count() == 0
    release()
