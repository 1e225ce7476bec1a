"""The turns of a thread: that they stay, that others' are seen, and that a question can be asked anew."""

import pytest

from mainstem import Settings

from .asking import ask, asked, ended, look, new_thread
from .graphs import wondering
from .test_run import TURNS

LONG = "A paragraph that is longer than a line of the page, so that it takes some room of it.\n\n"


@pytest.fixture
def page(visit, serve, scripted):
    return visit(serve(scripted(*TURNS, *TURNS)).url)


def scroller(page, code):
    return page.evaluate(f"() => {{ const scroll = document.querySelector('#scroll'); return {code}; }}")


def test_a_new_question_scrolls_into_view_for_who_has_scrolled_up(visit, serve, scripted):
    page = visit(serve(scripted([{"words": LONG * 40}], [{"words": LONG * 40}])).url)
    asked(page, "One?")
    page.locator("#scroll").hover()
    page.mouse.wheel(0, -5000)
    page.wait_for_function("() => document.querySelector('#scroll').scrollTop === 0")
    page.locator("#latest").wait_for()
    asked(page, "Two?")
    distance = "scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight"
    page.wait_for_function("() => !document.querySelector('#latest').checkVisibility()")
    assert scroller(page, distance) < 5


SCROLLED = """async ({AutoScroll}, heights) => {
  const [scroll, content, button] = ["div", "div", "button"].map((tag) => document.createElement(tag));
  scroll.style = "height: 200px; overflow-y: auto";
  document.body.append(scroll);
  scroll.append(content);
  const tail = new AutoScroll(scroll, button);
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  for (const [height, does] of heights) {
    content.style.height = `${height}px`;
    if (does === "up") scroll.scrollTop = 0;
    if (does === "follow" || does === "at once") tail.follow();
    if (does !== "at once") await frame();
  }
  scroll.remove();
  return button.hidden;
}"""


@pytest.mark.parametrize(
    ("heights", "at_end"),
    [
        ([(1000, "follow"), (1000, "up")], False),
        ([(1000, "follow"), (1000, "up"), (150, "follow")], True),  # all of it is seen
        ([(1000, "follow"), (700, "at once"), (900, "later"), (900, "follow")], True),  # before its jump is told
    ],
)
def test_the_way_to_the_latest_is_shown_to_who_is_elsewhere(module, heights, at_end):
    assert module(SCROLLED, "autoscroll.js", heights) == at_end


# A wheel is turned in several steps.
STILL = """async () => {
  const scroll = document.querySelector("#scroll");
  for (let last = NaN, frames = 0; frames < 20; frames = last === scroll.scrollTop ? frames + 1 : 0) {
    last = scroll.scrollTop;
    await new Promise(requestAnimationFrame);
  }
}"""


def test_who_reads_above_is_not_pulled_away(visit, serve, scripted):
    page = visit(serve(scripted([{"words": LONG * 100, "delay": 0.001}])).url)
    ask(page, "One?")
    page.wait_for_function("() => document.querySelector('#scroll').scrollTop > 800")
    page.locator("#scroll").hover()
    page.mouse.wheel(0, -400)
    page.locator("#latest").wait_for()
    page.evaluate(STILL)
    place = "document.querySelector('.speech').getBoundingClientRect().top"
    top = scroller(page, place)
    ended(page)
    page.wait_for_function("() => !document.querySelector('.work').open")  # what stands above is less high
    assert abs(scroller(page, place) - top) <= 2


KEPT = """async ({AutoScroll}, does) => {
  const [scroll, above, read, button] = ["div", "div", "div", "button"].map((tag) => document.createElement(tag));
  scroll.style = "height: 200px; overflow-y: auto; overflow-anchor: none";
  above.style.height = "500px";
  read.style.height = "900px";
  scroll.append(above, read);
  document.body.append(scroll);
  const tail = new AutoScroll(scroll, button);
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  tail.follow();
  await frame();
  if (does.leaves) scroll.scrollTop = 600;
  await frame();
  const edge = (element) => element.getBoundingClientRect()[does.leaves ? "top" : "bottom"];
  const place = () => edge(read) - edge(scroll);
  const before = place();
  const change = () => (does.narrows ? scroll : above).style.height = "100px";
  if (does.keeps) tail.keep(above, change);
  else change();
  await frame();
  await frame();
  const found = [before, place()].map(Math.round);
  scroll.remove();
  return found;
}"""


@pytest.mark.parametrize("does", [{"leaves": True}, {"leaves": True, "keeps": True}, {"narrows": True}])
def test_a_reader_keeps_the_place(module, does):
    """Where something above becomes less high, and at the end where the window does."""
    before, after = module(KEPT, "autoscroll.js", does)
    assert after == before


def test_a_reload_keeps_the_work_of_every_turn(page):
    for question in ("One?", "Two?"):
        asked(page, question)
    shown = [page.locator(".turn").nth(n).locator(".numbers").inner_text() for n in (0, 1)]
    page.reload()
    ended(page, 2)
    for number in (0, 1):
        run = page.locator(".turn").nth(number).locator(".run")
        assert run.locator(".numbers").inner_text() == shown[number]
        assert run.locator("figure svg[role=img]").count() == 1
        assert run.locator(".row.step .name").all_text_contents()[0] == "screen"
        run.locator(".work > summary").click()
        run.locator(".row.aside summary").click()
        run.locator(".thoughts").get_by_text("First the table. Then the guide.").wait_for()


def test_an_earlier_turn_that_failed_is_told_after_a_reload(visit, serve, scripted):
    page = visit(serve(scripted([{"error": "The key is not valid."}], [{"words": "Here."}])).url)
    assert asked(page, "One?").get_attribute("data-status") == "failed"
    asked(page, "Two?")
    page.reload()
    ended(page, 2)
    assert [run.get_attribute("data-status") for run in page.locator(".run").all()] == ["failed", "done"]
    assert "The key is not valid." in page.locator(".turn").first.inner_text()


def test_far_turns_are_read_when_a_reader_comes_near(visit, serve, scripted):
    page = visit(serve(scripted([{"words": LONG * 30}], repeat=True)).url)
    for question in ("One?", "Two?", "Three?", "Four?"):
        asked(page, question)
    page.reload()
    page.locator(".turn").nth(3).locator(".run[data-status]").wait_for()
    first = page.locator(".turn").first
    first.locator(".speech").get_by_text("A paragraph").first.wait_for()
    assert first.locator(".run").count() == 0
    page.locator("#scroll").hover()
    page.mouse.wheel(0, -100000)
    first.locator(".run[data-status=done]").wait_for()


def test_an_idle_tab_learns_of_what_another_one_asks(page, visit):
    asked(page, "One?")
    other = visit(page.url)
    ended(other)
    asked(page, "Two?")
    other.get_by_text("Two?").wait_for()
    ended(other, 2)
    assert other.locator(".question").all_inner_texts() == ["One?", "Two?"]


def test_an_idle_tab_learns_what_became_of_a_question(visit, serve, tmp_path):
    page = visit(serve(Settings(home=tmp_path / "home"), wondering).url)
    ask(page, "Where?")
    page.locator(".question-box").wait_for()
    other = visit(page.url)
    other.locator(".question-box").wait_for()
    page.get_by_label("Your answer (text or JSON)").fill("North")
    page.get_by_role("button", name="Answer", exact=True).click()
    ended(page, 2)
    look(other)
    assert other.locator(".speech").inner_text() == "So it is North."
    assert other.locator(".outcome").inner_text() == "Answered"
    assert other.locator(".question").count() == 1


def test_a_draft_survives_a_reload_and_belongs_to_its_thread(page):
    asked(page, "One?")
    page.fill("#words", "half a question")
    page.reload()
    ended(page)
    assert page.input_value("#words") == "half a question"
    new_thread(page)
    assert page.input_value("#words") == ""
    page.go_back()
    ended(page)
    assert page.input_value("#words") == "half a question"
    asked(page, "Two?")
    page.reload()
    ended(page, 2)
    assert page.input_value("#words") == ""


CUTS = {
    "length": "cut off at a length limit",
    "content_filter": "cut off by the provider's filter",
    "made_up": "its provider stopped for another reason",
}


@pytest.mark.parametrize(("finish", "words"), CUTS.items())
def test_the_reason_of_a_cut_is_told_as_it_is(visit, serve, scripted, finish, words):
    page = visit(serve(scripted([{"words": "Half an"}, {"finish": finish}])).url)
    assert words in asked(page, "When?").locator(".end").inner_text()


def test_a_run_that_failed_shows_no_state_of_the_graph(visit, serve, scripted):
    page = visit(serve(scripted([{"error": "It is busy."}], [{"words": "At seven."}])).url)
    assert "It is busy." in asked(page, "When?").locator(".end").inner_text()
    asked(page, "And now?")
    assert page.locator(".state").count() == 0


def test_what_failed_is_tried_again_in_its_place(visit, serve, scripted):
    page = visit(serve(scripted([{"error": "It is busy."}], [{"words": "At seven."}])).url)
    assert asked(page, "When?").get_attribute("data-status") == "failed"
    page.get_by_role("button", name="Try again").click()
    page.locator(".run[data-status=done]").wait_for()
    assert page.locator(".question").all_inner_texts() == ["When?"]
    assert page.locator(".run").count() == 1
    page.reload()
    ended(page)
    assert page.locator(".question").all_inner_texts() == ["When?"]
    assert page.locator(".speech").all_inner_texts() == ["At seven."]


def test_a_question_is_edited_and_the_thread_branches(visit, serve, scripted):
    turns = [[{"words": f"Answer {number}."}] for number in range(1, 5)]
    page = visit(serve(scripted(*turns)).url)
    for question in ("One?", "Two?", "Three?"):
        asked(page, question)
    page.locator(".turn").nth(1).get_by_role("button", name="Edit question").click()
    field = page.locator(".edit-question textarea")
    assert field.input_value() == "Two?"
    field.fill("Two, but better?")
    field.press("Enter")
    page.locator(".speech").get_by_text("Answer 4.").wait_for()
    ended(page, 2)
    assert page.evaluate("document.activeElement.textContent") == "Two, but better?", "the keyboard goes on from there"
    assert page.locator(".question").all_inner_texts() == ["One?", "Two, but better?"]
    page.reload()
    ended(page, 2)
    assert page.locator(".question").all_inner_texts() == ["One?", "Two, but better?"]
    assert page.locator(".speech").all_inner_texts() == ["Answer 1.", "Answer 4."]


def test_an_edit_is_left_by_escape(page):
    asked(page, "One?")
    page.get_by_role("button", name="Edit question").click()
    page.locator(".edit-question textarea").fill("Other")
    page.keyboard.press("Escape")
    assert page.locator(".question").inner_text() == "One?"
    assert page.evaluate("document.activeElement.textContent") == "Edit question"


def test_an_answer_is_regenerated(visit, serve, scripted):
    page = visit(serve(scripted([{"words": "First."}], [{"words": "Second."}])).url)
    asked(page, "One?")
    page.get_by_role("button", name="Regenerate").click()
    page.locator(".speech").get_by_text("Second.").wait_for()
    ended(page)
    assert page.locator(".question").all_inner_texts() == ["One?"]
    assert page.locator(".speech").all_inner_texts() == ["Second."]
    assert page.evaluate("document.activeElement.textContent") == "One?"


def test_an_answer_is_copied_as_it_was_written(visit, serve, scripted):
    url = serve(scripted([{"words": "**Seven**, every day."}])).url
    page = visit(url, permissions=["clipboard-read", "clipboard-write"])
    asked(page, "When?")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "**Seven**, every day."


RUN = {"thread_id": "t", "graph": "g", "tags": {}, "seconds": 1, "events": 9, "pruned": False}


def run(number, status, question=None):
    return RUN | {"run_id": f"r{number}", "started_at": f"2026-01-0{number}", "status": status, "question_id": question}


@pytest.mark.parametrize(
    ("waits", "runs", "expected"),
    [
        (False, [run(1, "done", "a"), run(2, "interrupted", "b"), run(3, "done")], [["r1"], ["r2", "r3"]]),
        (False, [run(1, "done", "a"), run(2, "done", "elsewhere"), run(3, "done", "b")], [["r1"], ["r3"]]),
        (True, [run(1, "done", "a"), run(2, "interrupted", "b"), run(3, "failed", "c")], [["r1"], ["r2"]]),
        (False, [run(1, "interrupted", "a"), run(2, "failed", "c"), run(3, "done")], [["r1", "r3"], []]),
        (False, [run(1, "done"), run(2, "interrupted"), run(3, "done")], [[], ["r2", "r3"]]),
    ],
)
def test_each_turn_has_its_runs(module, waits, runs, expected):
    ids = ".map((of) => of.map((run) => run.run_id))"
    code = f"({{runsOfTurns}}, [turns, runs, waits]) => runsOfTurns(turns, runs, waits){ids}"
    turns = [{"id": each, "question": each, "messages": []} for each in ("a", "b")]
    assert module(code, "turns.js", [turns, runs[::-1], waits]) == expected
