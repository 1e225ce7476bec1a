"""A thumb and a word on the page are kept beside the run."""

import httpx

from ...waiting import PATIENCE
from .asking import asked


def test_a_thumb_and_a_word_are_kept(visit, serve, scripted):
    server = serve(scripted([{"words": "The ferry sails at seven [1]."}]))
    page = visit(server.url)
    run = asked(page, "When does the ferry sail?")
    form = run.locator(".feedback form")
    assert not form.is_visible()
    run.get_by_role("button", name="Bad answer").click()
    run.locator(".feedback input").fill("On Sundays it is nine.")
    run.get_by_role("button", name="Send").click()
    run.locator(".feedback form").wait_for(state="hidden")
    assert run.get_by_role("button", name="Bad answer").get_attribute("aria-pressed") == "true"
    url = server.url.rstrip("/")
    (first,) = httpx.get(f"{url}/runs", trust_env=False, timeout=PATIENCE).json()["runs"]
    said = httpx.get(f"{url}/runs/{first['run_id']}/feedback", trust_env=False, timeout=PATIENCE).json()["feedback"]
    assert [(each["label"], each["score"], each["explanation"]) for each in said] == [
        ("down", 0, ""),
        ("down", None, "On Sundays it is nine."),
    ]
