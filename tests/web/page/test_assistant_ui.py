"""assistant-ui's own parts in Chromium, over the AI SDK's door."""

import pytest
from playwright.sync_api import expect

from ...fixtures import call
from ...waiting import eventually_without_a_loop
from ..protocols.node import printed
from .shared_page import SECONDS

SUM = call("calculate", {"expression": "6*7"}, "call_1")
NOTE = call("save_note", {"title": "Fish", "text": "Salmon."}, "call_2")
SAID = "It is forty-two, as it always was."
WITHOUT_END = [{"text": "One two three."}, {"sleep": 600.0}]
TURNS = ([SUM], [{"words": SAID}], [{"words": "Still forty-two."}], [NOTE], [{"words": "It is noted."}], WITHOUT_END)


@pytest.fixture(scope="module")
def program():
    """A page of somebody's with a chat of assistant-ui in it."""
    script = printed("assistant_ui_build")["script"].replace("</script", "<\\/script")
    return f"<!doctype html><meta charset=utf-8><title>Theirs</title><body><script>{script}</script>"


@pytest.fixture
def chat(browser, program):
    """Open that page beside a server's routes."""
    wrong = list[str]()
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(SECONDS)
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def open_chat(url):
        page.route("**/theirs", lambda route: route.fulfill(body=program, content_type="text/html"))
        page.goto(f"{url}theirs")
        return page

    yield open_chat
    context.close()
    assert wrong == []


def ask(page, question):
    page.get_by_label("Ask").fill(question)
    page.get_by_role("button", name="Send").click()


def see(part, text):
    expect(part).to_contain_text(text, timeout=SECONDS)


def test_a_chat_of_assistant_ui_asks_sees_a_tool_answers_anew_approves_and_stops(chat, serve, scripted, tmp_path):
    url = serve(scripted(*TURNS)).url
    page = chat(url)
    answer = page.get_by_role("article", name="answer")

    ask(page, "What is 6*7?")
    see(page.get_by_role("article", name="question"), "What is 6*7?")
    see(answer, SAID)
    tool = page.get_by_role("region", name="tool calculate")
    see(tool.get_by_role("code"), '{"expression":"6*7"}')
    see(tool.get_by_role("status"), "42")

    page.get_by_role("button", name="Again").click()
    see(answer, "Still forty-two.")
    expect(answer).not_to_contain_text(SAID, timeout=SECONDS)

    ask(page, "Note it.")
    asked = page.get_by_role("region", name="tool save_note")
    see(asked, "Salmon.")
    assert not list(tmp_path.rglob("fish.md"))
    asked.get_by_role("button", name="Approve").click()
    see(answer.last, "It is noted.")
    assert list(tmp_path.rglob("fish.md"))

    ask(page, "Slowly.")
    see(answer.last, "One two three.")  # the run goes on: words are shown as they come
    page.get_by_role("button", name="Stop").click()
    eventually_without_a_loop(lambda: page.request.get(f"{url}runs").json()["runs"][0]["status"] == "stopped")
