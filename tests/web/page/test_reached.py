"""What people reach for on the page: another model, files that are dropped, a source beside the answer."""

import pytest

from .asking import asked, ended, new_thread

pytestmark = pytest.mark.real

SAILS = "The ferry sails every day at seven [1]."
SEARCH = [{"tool_call": {"name": "search_documents", "args": {"query": "when does the ferry sail"}}}]
WIDE = {"viewport": {"width": 1440, "height": 900}}

DROP = """(names) => {
  const data = new DataTransfer();
  for (const [name, text] of names) data.items.add(new File([text], name));
  const given = { dataTransfer: data, bubbles: true, cancelable: true };
  const target = document.querySelector("#turns");
  target.dispatchEvent(new DragEvent("dragover", given));
  const shown = getComputedStyle(document.querySelector("main")).outlineStyle;
  target.dispatchEvent(new DragEvent("drop", given));
  return [shown, getComputedStyle(document.querySelector("main")).outlineStyle];
}"""


def test_a_model_is_chosen_and_stays_chosen(visit, serve, scripted):
    page = visit(serve(scripted([{"words": "I am a script."}], repeat=True)).url)
    choice = page.get_by_role("combobox", name="Model")
    choice.wait_for()
    assert "script" in asked(page, "Who are you?").locator(".speech").inner_text()
    choice.select_option("extractive")
    page.reload()
    ended(page)
    new_thread(page)
    assert choice.input_value() == "extractive"
    assert "seven" in asked(page, "When does the ferry sail?").locator(".speech").inner_text()


def test_each_file_that_is_dropped_has_an_outcome(visit, serve, scripted):
    page = visit(serve(scripted(["x"])).url)
    page.locator("#shelf").wait_for()
    files = [["boats.md", "# Boats\n\nThe blue boat is called Heron."], ["broken.pdf", "not a pdf"]]
    assert page.evaluate(DROP, files) == ["dashed", "none"], "it shows where they may be dropped, and then no more"
    outcomes = page.locator(".outcomes li")
    outcomes.nth(1).wait_for()
    said = outcomes.all_inner_texts()
    assert said[0].split("\n") == ["boats.md", "Indexed"]
    assert "Not read:" in said[1]


def test_a_source_stands_beside_the_answer_where_there_is_room(visit, serve, scripted):
    page = visit(serve(scripted(SEARCH, [{"words": SAILS}], repeat=True)).url, **WIDE)
    run = asked(page, "When does the ferry sail?")
    mark = run.locator(".speech button.mark")
    mark.press("Enter")
    page.locator("#sheet .passage mark").wait_for()
    boxes = [page.locator(each).bounding_box() for each in ("#scroll", "#sheet")]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1, "the answer is not covered"
    page.fill("#words", "the page can be used on")
    page.keyboard.press("Escape")
    page.locator("#sheet[open]").wait_for(state="detached")
    page.locator("body:not([data-beside])").wait_for()
    mark.press("Enter")
    page.locator("#sheet-close").press("Enter")
    assert mark.evaluate("mark => mark === document.activeElement")


def test_on_a_narrow_screen_the_source_covers_the_answer(visit, serve, scripted):
    page = visit(serve(scripted(SEARCH, [{"words": SAILS}])).url, viewport={"width": 390, "height": 800})
    asked(page, "When does the ferry sail?").locator(".speech button.mark").click()
    page.locator("#sheet:modal").wait_for()


def test_headings_of_an_answer_leave_no_level_out(visit, serve, scripted):
    page = visit(serve(scripted([{"words": "# One\n\n#### Deep\n\n# Two\n\n### Three"}])).url)
    page.fill("#words", "?")
    page.press("#words", "Enter")
    headings = ended(page).locator(".speech :is(h3, h4, h5, h6)")
    assert headings.evaluate_all("each => each.map((one) => one.ariaLevel)") == ["3", "4", "3", "4"]
