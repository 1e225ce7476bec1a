"""Which marks of an answer the page doubts."""

import pytest

from .asking import ask, asked, ended

pytestmark = pytest.mark.real

MARKED = """async ({ linkMarks }, text) => {
  const { rendered } = await import("/markdown_view.js");
  const at = (words) => text.indexOf(words);
  const span = (first, behind) => ({ answer_start: at(first), answer_end: at(behind) });
  const cited = { message_id: "m", document: "a.md", locator: { start: 0, end: 1 }, quote: "q" };
  const first = { ...cited, marker: "[1]", ...span("It sails", "It stops"), verdict: "supported" };
  const second = { ...cited, marker: "[1]", ...span("It stops", "So"), verdict: "unsupported" };
  const third = { ...cited, marker: "【2】", answer_start: at("So"), answer_end: text.length, verdict: "doubtful" };
  const element = document.createElement("div");
  element.append(...rendered(text));
  linkMarks(element, [first, second, third], text);
  const marks = [...element.querySelectorAll("button.mark")];
  const label = (mark) => mark.getAttribute("aria-label").split(", ")[1] ?? "";
  return marks.map((mark) => [mark.textContent, mark.className.split(" ").at(-1), label(mark)]);
}"""


def test_only_the_mark_of_the_doubted_words_is_doubted(module):
    text = "See `[1]`. It sails [1]. It stops [1]. So it is【2】."
    assert module(MARKED, "citations.js", text) == [
        ["1", "mark", ""],
        ["1", "unsupported", "unsupported: does not support its sentence"],
        ["2", "doubtful", "doubtful: may not support its sentence"],
    ]


OPENED = """({ openPassages }) => {
  const cited = (page, quote) => ({ marker: "[1]", document: "rules.pdf", locator: { page, start: 0, end: 1 }, quote });
  openPassages([cited(3, "Dogs may."), cited(7, "Cats may not.")]);
  const sheet = document.querySelector("#sheet");
  const words = (part, of) => part.querySelector(of).textContent;
  const said = Array.from(sheet.querySelectorAll("section"), (part) => [words(part, ".note"), words(part, "mark")]);
  const title = sheet.querySelector("h2").textContent;
  sheet.close();
  return [title, said];
}"""


def test_a_mark_of_several_passages_opens_each_at_its_page(module):
    title, said = module(OPENED, "citations.js")
    assert title == "[1] rules.pdf"
    assert said == [["page 3", "Dogs may."], ["page 7", "Cats may not."]]


FALSE = (
    "The ferry sails every day at seven [1]. The ferry sails every day at 11:40 [1]. On Sundays it sails at nine [1]."
)
SEARCH = [{"tool_call": {"name": "search_documents", "args": {"query": "when does the ferry sail"}}}]
CLASSES = "marks => marks.map((mark) => mark.className)"


def test_only_the_false_sentence_is_marked_in_a_run(visit, serve, scripted):
    page = visit(serve(scripted(SEARCH, [{"words": FALSE}], repair=False)).url)
    run = asked(page, "When does the ferry sail?")
    marks = run.locator(".speech button.mark")
    assert marks.evaluate_all(CLASSES) == ["mark", "mark unsupported", "mark"]
    assert run.locator(".sources .doubt").all_inner_texts() == ["unsupported: does not support every sentence"]
    marks.nth(1).click()
    assert "unsupported" in page.locator("#sheet .note").inner_text()


def test_the_citations_of_an_answer_that_was_written_again_are_gone(visit, serve, scripted):
    page = visit(serve(scripted(SEARCH, [{"words": FALSE}], [{"words": FALSE[:39]}])).url)
    run = asked(page, "When does the ferry sail?")
    page.locator(".speech.withdrawn").wait_for(state="detached")
    assert run.locator(".speech").all_inner_texts() == ["The ferry sails every day at seven\u00a01."]
    assert "taken back" in run.locator(".taken-back").inner_text()
    assert run.locator("button.mark").evaluate_all(CLASSES) == ["mark"]
    assert run.locator(".sources .doubt").count() == 0


def test_sources_are_listed_while_the_answer_is_being_written(visit, serve, scripted):
    page = visit(serve(scripted(SEARCH, [{"words": FALSE[:60]}, {"sleep": 600}])).url)
    ask(page, "When does the ferry sail?")
    page.locator(".sources button").wait_for()
    assert page.locator(".speech[data-open]").count() == 1
    page.locator("#stop").click()
    ended(page)
