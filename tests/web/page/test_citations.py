"""Which marks of an answer the page doubts."""

import pytest

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
  return marks.map((mark) => [mark.textContent, mark.classList.contains("doubtful")]);
}"""


def test_only_the_mark_of_the_doubted_words_is_doubted(module):
    text = "See `[1]`. It sails [1]. It stops [1]. So it is【2】."
    assert module(MARKED, "citations.js", text) == [["1", False], ["1", True], ["2", True]]
