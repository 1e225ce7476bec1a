"""A question and what the page shows of its run, over a real server."""

import pytest

from .asking import ask, asked, ended, new_thread

QUERY = {
    "tool_call": {"name": "query_table", "args": {"sql": "SELECT harbour, boats FROM harbours ORDER BY boats DESC"}}
}
SEARCH = {"tool_call": {"name": "search_documents", "args": {"query": "when does the ferry sail"}}}
ANSWER = "## Boats\n\nThe **North** harbour has most. The ferry sails every day at seven in the morning [1]."
TURNS = (
    [{"reasoning": "First the table. "}, {"reasoning": "Then the guide."}, QUERY, SEARCH],
    [{"words": ANSWER, "delay": 0.01}, {"usage": {"input_tokens": 412, "output_tokens": 91}}],
)


@pytest.fixture
def page(visit, serve, scripted):
    return visit(serve(scripted(*TURNS)).url)


def test_everything_that_happened_is_there(page):
    run = asked(page, "Which harbour has most boats?")
    assert page.locator(".question").inner_text() == "Which harbour has most boats?"
    assert run.locator(".speech h4").inner_text() == "Boats"
    assert run.locator(".speech strong").inner_text() == "North"
    names = run.locator(".row.step .name").all_text_contents()
    assert names[:2] == ["screen", "found 1 table"]
    assert names[2].startswith("asked scripted")
    assert run.locator(".row.call .name").all_text_contents() == ["query table", "search documents"]
    numbers = run.locator(".numbers").inner_text()
    for name in ("first token", "tokens a second", "412 in, 91 out", "cost", "$0", "time"):
        assert name in numbers


def test_the_work_folds_when_the_answer_is_there_and_opens_again(page):
    run = asked(page, "Which harbour has most boats?")
    assert run.locator(".work").get_attribute("open") is None
    assert "2 tool calls" in run.locator(".work > summary").inner_text()
    run.locator(".work > summary").click()
    call = run.locator(".row.call").first
    call.locator("summary").click()
    call.locator(".inside pre").get_by_text("SELECT harbour").first.wait_for()
    assert call.locator(".inside code").first.inner_text() == "query_table"


def test_the_names_of_the_graph_are_behind_a_click_also_while_it_runs(visit, serve, scripted):
    page = visit(serve(scripted([{"words": "word " * 500, "delay": 0.02}])).url)
    ask(page, "Talk")
    step = page.locator(".row.step").filter(has_text="asking ")
    step.locator("summary").wait_for()
    assert "call" not in page.locator(".work").inner_text()
    assert page.locator(".row[data-quiet]:visible").count() == 0
    step.locator("summary").click()
    assert step.locator(".inside code").inner_text() == "call_model"
    page.keyboard.press("Escape")
    run = ended(page)
    run.locator(".work > summary").click()
    assert run.locator(".row.step:visible").count() == run.locator(".row.step").count()


def test_reasoning_is_folded(page):
    run = asked(page, "Which harbour has most boats?")
    run.locator(".work > summary").click()
    assert not run.locator(".thoughts").is_visible()
    run.locator(".row.aside summary").click()
    run.locator(".thoughts").get_by_text("First the table. Then the guide.").wait_for()


def test_a_call_stands_below_the_step_that_runs_it(page):
    run = asked(page, "Which harbour has most boats?")
    rows = run.locator(".rows > .row").evaluate_all(
        "rows => rows.map((row) => row.className + ' ' + row.querySelector('.name').textContent)"
    )
    for number, row in enumerate(rows):
        if row.startswith("row call"):
            assert rows[number - 1] == "row step run tool"


def test_a_citation_opens_the_cited_passage_in_its_place(page):
    run = asked(page, "When does the ferry sail?")
    run.locator("button.mark").click()
    sheet = page.locator("#sheet")
    assert "ferry.md" in sheet.locator("h2").inner_text()
    sheet.get_by_text("On Sundays it sails at nine", exact=False).wait_for()
    assert sheet.locator("mark").inner_text() == "The ferry sails every day at seven in the morning."
    assert "supported" in sheet.inner_text()
    page.keyboard.press("Escape")
    assert not sheet.is_visible()
    run.locator(".sources button").click()
    assert sheet.is_visible()


def test_a_table_is_a_chart_and_a_table(page):
    run = asked(page, "Which harbour has most boats?")
    figure = run.locator("figure")
    assert figure.locator("svg[role=img]").get_attribute("aria-label") == "Chart: boats by harbour"
    assert figure.locator("svg rect").count() == 3
    figure.get_by_role("button", name="Table").click()
    assert figure.locator("tbody tr").all_inner_texts() == ["North\t30", "South\t12", "West\t8"]


def test_the_query_stands_beside_its_table(page):
    figure = asked(page, "Which harbour has most boats?").locator("figure")
    figure.get_by_role("button", name="Query").click()
    assert figure.locator("pre").inner_text() == "SELECT harbour, boats FROM harbours ORDER BY boats DESC"


def test_a_chart_that_was_drawn_is_a_picture_with_its_table_and_query(visit, serve, scripted):
    sql = "SELECT harbour, boats FROM harbours"
    drawing = {"tool_call": {"name": "draw_chart", "args": {"sql": sql, "title": "Boats & <b>harbours</b>"}}}
    page = visit(serve(scripted([drawing], [{"words": "Drawn."}])).url)
    figure = asked(page, "Draw the boats").locator("figure")
    picture = figure.locator("img.drawing")
    assert picture.get_attribute("alt") == "Chart: a bar chart of boats by harbour"
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 300
    assert "Boats & <b>harbours</b> · 3 rows" in figure.locator("figcaption").inner_text()
    figure.get_by_role("button", name="Table").click()
    assert figure.locator("tbody tr").count() == 3
    figure.get_by_role("button", name="Query").click()
    assert figure.locator("pre").inner_text() == sql


def test_tokens_and_arguments_are_shown_as_they_come(visit, serve, scripted, release):
    slow = {"tool_chunk": {"index": 0, "id": "c1", "name": "calculate", "args": '{"expres'}}
    rest = {"tool_chunk": {"index": 0, "args": 'sion": "6*7"}'}}
    held = {"sleep": 1}
    page = visit(serve(scripted([slow, held, rest], [{"words": "one two"}, held, {"words": " and three"}])).url)
    ask(page, "six times seven")
    page.locator(".row.call[data-state=writing] .given").get_by_text('{"expres', exact=True).wait_for()
    release()
    page.locator(".speech[data-open]").get_by_text("one two").wait_for()
    assert page.locator("#stop").is_visible()
    release()
    assert ended(page).locator(".speech").inner_text() == "one two and three"


def test_words_that_were_taken_back_vanish_before_the_eyes(visit, serve, scripted):
    turns = [{"words": "It sails at noon", "delay": 0.05}, {"sleep": 0.3}, {"error": "broke off", "retryable": True}]
    page = visit(serve(scripted(turns, [{"words": "It sails at seven.", "delay": 0.05}])).url)
    ask(page, "When?")
    page.locator(".speech.withdrawn").wait_for()
    run = ended(page)
    page.locator(".speech.withdrawn").wait_for(state="detached")
    assert run.locator(".speech").all_inner_texts() == ["It sails at seven."]
    assert "taken back" in run.locator(".taken-back").inner_text()


@pytest.mark.parametrize(
    ("turn", "status", "words"),
    [
        ([{"words": "Half an"}, {"end": True}], "truncated", "cut off"),
        ([{"words": "Half an"}, {"finish": "length"}], "truncated", "cut off"),
        ([{"error": "The key is not valid."}], "failed", "The key is not valid."),
    ],
)
def test_a_bad_end_is_told_with_a_hint(visit, serve, scripted, turn, status, words):
    page = visit(serve(scripted(turn)).url)
    run = asked(page, "When?")
    assert run.get_attribute("data-status") == status
    assert words in run.locator(".end").inner_text()


def test_a_refusal_is_told(visit, serve, scripted):
    page = visit(serve(scripted(*TURNS, max_question_chars=20)).url)
    ask(page, "A question that is longer than it may be")
    page.locator("#trouble").wait_for()
    assert "longer than 20" in page.locator("#trouble").inner_text()
    assert page.input_value("#words") == "A question that is longer than it may be"


def test_stop_keeps_what_came(visit, serve, scripted):
    page = visit(serve(scripted([{"words": "word " * 500, "delay": 0.02}], [{"words": "Here I am."}])).url)
    ask(page, "Talk")
    page.locator(".speech").get_by_text("word word").wait_for()
    page.keyboard.press("Escape")
    run = ended(page)
    assert run.get_attribute("data-status") == "stopped"
    assert "What had come is kept" in run.inner_text()
    run.locator(".work > summary").click()
    speaking = run.locator(".row.step").last
    assert (speaking.get_attribute("data-state"), speaking.locator(".icon").inner_text()) == ("stopped", "■")
    assert run.locator(".work > summary .icon").inner_text() == "■"
    assert run.locator(".speech").inner_text().startswith("word word")
    assert asked(page, "Still there?").locator(".speech").inner_text() == "Here I am."


def test_a_thread_is_listed_and_opens_again_as_it_was(page):
    run = asked(page, "Which harbour has most boats?")
    text, numbers = run.locator(".speech").inner_text(), run.locator(".numbers").inner_text()
    link = page.locator("#threads a")
    assert link.locator(".name").inner_text() == "Which harbour has most boats?"
    assert link.get_attribute("aria-current") == "page"
    page.reload()
    run = ended(page)
    assert page.locator("#title").inner_text() == "Which harbour has most boats?"
    assert run.locator(".speech").inner_text() == text
    assert run.locator(".numbers").inner_text() == numbers
    assert run.locator("button.mark").count() == 1
    new_thread(page)
    page.go_back()
    assert ended(page).locator(".speech").inner_text() == text


def test_earlier_turns_are_shown_from_the_thread(visit, serve, scripted):
    page = visit(serve(scripted(SEARCHED, [{"words": "First: at seven [1]."}], [{"words": "Second."}])).url)
    asked(page, "One?")
    asked(page, "Two?")
    page.reload()
    ended(page)
    assert page.locator(".question").all_inner_texts() == ["One?", "Two?"]
    assert page.locator(".speech").all_inner_texts() == ["First: at seven\xa01.", "Second."]
    page.locator(".turn").first.locator("button.mark").click()
    assert "ferry.md" in page.locator("#sheet h2").inner_text()


SEARCHED = [{"tool_call": {"name": "search_documents", "args": {"query": "when does the ferry sail"}}}]


def test_leaving_a_thread_leaves_its_run_alone(visit, serve, scripted, release):
    page = visit(serve(scripted([{"words": "word "}, {"sleep": 1}, {"words": "by word"}])).url)
    ask(page, "Talk")
    page.locator(".speech").get_by_text("word").wait_for()
    page.locator("#threads a").wait_for()
    page.locator("#new").click()
    page.locator("#send").wait_for()
    page.locator("#threads a").click()
    page.locator(".speech").get_by_text("word").wait_for()
    release()
    assert ended(page).locator(".speech").inner_text() == "word by word"


def test_who_types_before_the_server_has_told_what_it_serves_is_not_lost(page):
    page.route("**/info", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.reload(wait_until="domcontentloaded")
    run = asked(page, "Which harbour has most boats?")
    assert run.locator(".speech h4").inner_text() == "Boats"


def test_a_small_cost_is_not_none(module):
    code = "({cost}, values) => values.map(cost)"
    shown = module(code, "format.js", [0, 0.000027, 2.7e-8, 0.5])
    assert shown == ["$0", "$0.000027", "$0.000000027", "$0.500"]
