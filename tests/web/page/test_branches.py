"""The branches of a thread: a question that was asked anew leads back to how it was asked before."""

import re

from mainstem import Settings

from .asking import ask, asked, ended, look
from .graphs import wondering


def edited(page, number, question, answer):
    page.locator(".turn").nth(number).get_by_role("button", name="Edit question").click()
    page.locator(".edit-question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".speech").get_by_text(answer).wait_for()
    page.wait_for_function("() => !document.body.hasAttribute('data-busy')")


def said(page):
    return page.locator(".question").all_inner_texts(), page.locator(".speech").all_inner_texts()


def branching(visit, serve, scripted, then=()):
    """A page whose second question was asked in two ways; `then`: what its model does after that."""
    turns = [[{"words": f"Answer {number}."}] for number in range(1, 7)]
    page = visit(serve(scripted(*([*turns[:4], *then] if then else turns))).url)
    for question in ("One?", "Two?", "Three?"):
        asked(page, question)
    assert page.locator(".branches").count() == 0
    edited(page, 1, "Two, but better?", "Answer 4.")
    page.locator(".branches").get_by_text("2/2").wait_for()
    return page


STATE = re.compile(r"/threads/[^/?]+(\?|$)")
BEFORE = ["One?", "Two?", "Three?"], ["Answer 1.", "Answer 2.", "Answer 3."]
AFTER = ["One?", "Two, but better?"], ["Answer 1.", "Answer 4."]


def test_an_earlier_branch_is_shown_by_the_keyboard_and_after_a_reload(visit, serve, scripted):
    page = branching(visit, serve, scripted)
    page.get_by_role("button", name="Earlier branch: 1 of 2").focus()
    page.keyboard.press("Enter")
    page.locator(".branches").get_by_text("1/2").wait_for()
    page.wait_for_function("() => document.activeElement.ariaLabel === 'Later branch: 2 of 2'")
    assert said(page) == BEFORE
    page.reload()
    page.locator(".branches").get_by_text("1/2").wait_for()
    ended(page, 3)
    assert said(page) == BEFORE
    page.get_by_role("button", name="Later branch: 2 of 2").press("Enter")
    page.locator(".branches").get_by_text("2/2").wait_for()
    ended(page, 2)
    assert said(page) == AFTER


def test_what_is_asked_on_an_earlier_branch_goes_on_with_it(visit, serve, scripted):
    page = branching(visit, serve, scripted)
    page.get_by_role("button", name="Earlier branch: 1 of 2").click()
    page.locator(".branches").get_by_text("1/2").wait_for()
    ended(page, 3)
    asked(page, "Four?")
    expected = ["One?", "Two?", "Three?", "Four?"], ["Answer 1.", "Answer 2.", "Answer 3.", "Answer 5."]
    assert said(page) == expected
    page.reload()
    ended(page, 4)
    assert said(page) == expected
    page.get_by_role("button", name="Later branch: 2 of 2").click()
    page.locator(".branches").get_by_text("2/2").wait_for()
    edited(page, 1, "Two, at last?", "Answer 6.")  # a question of a branch that is not the latest
    page.locator(".branches").get_by_text("3/3").wait_for()
    assert said(page) == (["One?", "Two, at last?"], ["Answer 1.", "Answer 6."])


def test_an_earlier_branch_is_left_for_what_another_tab_asks(visit, serve, scripted):
    page = branching(visit, serve, scripted)
    other = visit(page.url)
    ended(other, 2)
    page.get_by_role("button", name="Earlier branch: 1 of 2").click()
    page.locator(".branches").get_by_text("1/2").wait_for()
    asked(other, "And then?")
    look(page)
    page.get_by_text("And then?").wait_for()
    ended(page, 3)
    assert said(page) == said(other)


def test_a_branch_can_be_chosen_while_the_page_looks_what_is_new(visit, serve, scripted):
    page = branching(visit, serve, scripted)
    held, is_over = [], False
    page.route(STATE, lambda route: route.continue_() if is_over else held.append(route))
    other = visit(page.url)
    ended(other, 2)
    asked(other, "And then?")
    look(page)
    while not held:
        page.wait_for_timeout(20)
    page.get_by_role("button", name="Earlier branch: 1 of 2").click()
    page.wait_for_function("() => Object.keys(sessionStorage).some((key) => key.startsWith('branch '))")
    is_over = True
    for route in held:
        route.continue_()
    page.locator(".branches").get_by_text("1/2").wait_for()
    ended(page, 3)
    assert said(page) == BEFORE


def test_a_run_that_goes_on_keeps_its_branch(visit, serve, scripted):
    page = branching(visit, serve, scripted, then=[[{"words": "So"}, {"sleep": 600}]])
    ask(page, "Five?")
    page.locator(".speech").get_by_text("So").wait_for()
    page.get_by_role("button", name="Earlier branch: 1 of 2").click()
    page.locator("#trouble").get_by_text("A run goes on.").wait_for()
    page.keyboard.press("Escape")
    ended(page, 3)
    assert said(page)[0] == ["One?", "Two, but better?", "Five?"]


def test_what_waits_on_an_earlier_branch_is_decided_there(visit, serve, tmp_path):
    page = visit(serve(Settings(home=tmp_path / "home"), wondering).url)
    asked(page, "Send it")
    page.get_by_role("button", name="Regenerate").click()
    page.get_by_role("button", name="Earlier branch: 1 of 2").click()
    page.locator(".branches").get_by_text("1/2").wait_for()
    page.get_by_label("Your answer").fill("North")
    page.get_by_role("button", name="Answer", exact=True).click()
    page.locator(".speech").get_by_text("So it is North.").wait_for()
    page.reload()
    page.locator(".speech").get_by_text("So it is North.").wait_for()
    page.get_by_role("button", name="Later branch: 2 of 2").click()
    page.locator(".branches").get_by_text("2/2").wait_for()
    page.get_by_role("button", name="Answer", exact=True, disabled=False).wait_for()
    assert page.locator(".outcome").filter(has_text="Answered").count() == 0
    assert page.locator(".speech").count() == 0


def test_an_earlier_branch_is_exported_while_it_is_looked_at(visit, serve, scripted):
    page = branching(visit, serve, scripted)
    page.get_by_role("button", name="Earlier branch: 1 of 2").click()
    page.locator(".branches").get_by_text("1/2").wait_for()
    page.get_by_role("button", name="This thread").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as Markdown").click()
    text = download.value.path().read_text()
    assert "## Three?" in text
    assert "## Two, but better?" not in text
