"""Code and maths in an answer: coloured, copied, set; and the whole thread on paper."""

import pytest

from .asking import ask, asked

CODE = "```python\n# a comment\ndef boats(harbour):\n    return harbour['boats'] + 12\n```\n"
MATHS = "The sum is \\(a_1 + b^2\\), and\n\n$$\n\\frac{1}{2}\n$$\n\nCode `\\(x\\)` stays, and \\(\\unknowncommand\\)."
SEARCHED = [{"tool_call": {"name": "search_documents", "args": {"query": "when does the ferry sail"}}}]


@pytest.fixture
def answered(visit, serve, scripted):
    def answer(text, **options):
        page = visit(serve(scripted(SEARCHED, [{"words": text}])).url, **options)
        return asked(page, "How?")

    return answer


def test_code_is_coloured_and_copied(answered):
    run = answered(CODE, permissions=["clipboard-read", "clipboard-write"])
    colours = run.locator(".code-block pre span").evaluate_all(
        "spans => spans.map((s) => [s.className, s.textContent])"
    )
    assert colours == [
        ["code-comment", "# a comment"],
        ["code-keyword", "def"],
        ["code-keyword", "return"],
        ["code-text", "'boats'"],
        ["code-number", "12"],
    ]
    assert run.locator(".speech pre").inner_text() == CODE.partition("\n")[2].removesuffix("\n```\n")
    run.get_by_role("button", name="Copy code").click()
    run.get_by_role("button", name="Copied").wait_for()
    assert run.page.evaluate("navigator.clipboard.readText()") == run.locator(".speech pre").inner_text()


@pytest.mark.parametrize(
    ("language", "code", "kinds"),
    [
        ("sql", "SELECT 1 -- all", ["keyword", "number", "comment"]),
        ("js", "const a = `x`; // y", ["keyword", "text", "comment"]),
        ("bash", "if x; then echo $#; fi # end", ["keyword", "keyword", "keyword", "comment"]),
        ("json", '{"a": true, "b": 1.5}', ["text", "keyword", "text", "number"]),
        ("text", "if 1", []),
        ("", "if 1", []),
    ],
)
def test_code_of_many_languages(module, language, code, kinds):
    run = "({coloured}, [code, language]) => coloured(code, language)"
    pieces = module(run, "code_colours.js", [code, language])
    assert "".join(words for _, words in pieces) == code
    assert [kind for kind, _ in pieces if kind] == kinds


def test_maths_is_set_and_what_is_none_stays(answered):
    run = answered(MATHS)
    run.locator(".maths").nth(1).wait_for()
    assert run.locator(".maths").count() == 2
    assert run.locator(".maths .katex-display").count() == 1
    assert run.locator(".maths annotation").all_text_contents() == ["a_1 + b^2", "\\frac{1}{2}"]
    assert run.locator(".speech > .part > p > code").inner_text() == "\\(x\\)"
    assert "\\(\\unknowncommand\\)" in run.locator(".speech").inner_text()
    loaded = "[...fonts].filter(({status}) => status === 'loaded').map(({family}) => family)"
    faces = run.page.evaluate(f"() => document.fonts.ready.then((fonts) => {loaded})")
    assert any("KaTeX_Main" in face for face in faces)


def test_what_sets_maths_is_loaded_while_the_answer_is_written(visit, serve, scripted):
    """At the end of a long answer its style sheet would restyle all of it in one frame."""
    steps = [{"text": "Words, and \\"}, {"text": "(a\\) of"}, {"sleep": 600}, {"text": " more."}]
    page = visit(serve(scripted(SEARCHED, steps)).url)
    assert page.locator("link[href*=katex]").count() == 0
    ask(page, "How?")
    page.locator("link[href*=katex]").wait_for(state="attached")
    assert page.locator(".maths").count() == 0
    page.get_by_role("button", name="Stop").click()
    page.locator(".maths").wait_for()


def test_marks_beside_code_and_maths_still_lead_to_their_passages(answered):
    run = answered(f"It is \\(x_1\\) [1].\n\n{CODE.replace('boats', '[1]')}\n\nThe ferry sails every day at seven [1].")
    words = run.locator(".speech:not(.withdrawn)")  # what was taken back vanishes in its own time
    words.locator(".maths").wait_for()
    assert words.locator("button.mark").count() == 2
    assert "[1]" in words.locator("pre").inner_text()


def test_the_whole_thread_is_printed(answered):
    run = answered("Word. " * 3000)
    run.page.emulate_media(media="print")
    assert run.page.evaluate("() => document.documentElement.scrollHeight > 2000")
    assert not run.page.locator("#composer").is_visible()
    assert not run.page.locator("#side").is_visible()
    assert run.locator(".speech").is_visible()


def test_nothing_that_can_only_be_pressed_is_printed(answered):
    run = answered(f"The ferry sails every day at seven [1].\n\n{CODE}")
    run.locator(".code-block .copy").wait_for()
    run.page.emulate_media(media="print")
    pressed = run.page.locator("button:visible").evaluate_all("(all) => all.map((each) => each.className)")
    assert pressed
    assert set(pressed) <= {"mark", ""}, "the mark, and the line of its source"


def test_text_is_read_in_its_own_direction(answered):
    run = answered("שלום עולם\n\n- אחד\n\nIn English.\n\n```\nx = 1\n```")
    each = "(blocks) => blocks.map((block) => getComputedStyle(block).direction)"
    assert run.locator(".speech > .part > *").evaluate_all(each) == ["rtl", "rtl", "ltr", "ltr"]
