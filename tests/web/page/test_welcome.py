"""The first screen, and what the line over a run's steps says."""

import pytest

from mainstem import Settings
from mainstem.views.activity import DOING, activity
from mainstem.views.rows import NodeRow

from .asking import asked, ended, new_thread


@pytest.fixture
def own(visit, serve, library_settings):
    """The page of the default model, over a small folder of documents and a table."""
    return visit(serve(Settings(**library_settings)).url)


def test_questions_of_the_users_own_documents_are_suggested_and_answered(own):
    own.locator("#examples button").first.wait_for()
    questions = own.locator("#examples button").all_inner_texts()
    assert "How many rows does harbours have?" in questions
    own.get_by_role("button", name="How many rows does harbours have?").click()
    assert "3" in ended(own).locator(".speech").first.inner_text()
    for question in (each for each in questions if each.startswith("What is")):
        new_thread(own)
        assert asked(own, question).locator("button.mark").count()


def test_without_documents_of_ones_own_the_manual_is_suggested(visit, serve, tmp_path):
    page = visit(serve(Settings(home=tmp_path / "home", docs=[])).url)
    page.get_by_role("button", name="What is a law?").wait_for()


def test_the_line_over_the_steps_says_what_was_done(own, visit, serve, scripted):
    line = asked(own, "When does the ferry sail?").locator(".work > summary")
    assert "searched " in line.inner_text()
    assert "quoted, no model" in line.inner_text()
    line.click()
    step = own.locator(".row.step", has_text="searched ")
    step.locator("summary").click()
    step.locator(".inside").get_by_text("retrieve", exact=True).wait_for()


def document(name, day):
    return {"document": name, "indexed_at": f"2026-01-0{day}T00:00:00Z"}


def test_a_table_that_is_a_file_goes_before_one_inside_of_a_document(module):
    tables = [{"name": "a_notes", "document": "x/notes.md"}, {"name": "sales", "document": "x/sales.csv"}]
    documents = [document("x/old.md", 1), document("x/notes.md", 2)]
    own = {"collections": [{"name": "user", "documents": documents, "tables": tables}]}
    assert module("({suggestions}, list) => suggestions(list)", "suggestions.js", own) == [
        "What is notes.md about?",
        "How many rows does sales have?",
        "What is old.md about?",
    ]


FOUND = {"kind": "step", "progress": {"unit": "passages", "done": 8}}
TABLES = {"kind": "step", "progress": {"unit": "tables", "done": 1}}


@pytest.mark.parametrize(
    ("known", "running", "over"),
    [
        ({}, "look things up", "look things up"),
        (FOUND, "searching", "searched 8 passages"),
        ({"progress": {"unit": "passages", "done": 0}}, "searching", "found no passage"),
        (TABLES, "searching", "found 1 table"),
        ({"model": "gpt-4o", "several": True}, "look things up · asking gpt-4o", "look things up · asked gpt-4o"),
        ({"model": "gpt-4o"}, "asking gpt-4o", "asked gpt-4o"),
        ({"model": "extractive"}, "quoting, no model", "quoted, no model"),
    ],
)
def test_a_step_in_peoples_words(module, known, running, over):
    steps = [{"node": "look_things-up", "ended": ended, **known} for ended in (False, True)]
    assert module("({stepWords}, steps) => steps.map(stepWords)", "run_summary.js", steps) == [running, over]


@pytest.mark.parametrize(
    ("known", "quiet"),
    [
        ({"seconds": 0.01}, True),
        ({"seconds": 3}, False),
        ({"seconds": 3, "calls": True}, True),
        ({"seconds": 0.01, "model": "gpt-4o"}, False),
        ({"seconds": 0.01, "error": {"type": "E", "message": "no"}}, False),
        ({"ended": False, "at": 1.8}, True),
        ({"ended": False, "at": 1}, False),
    ],
)
def test_a_step_is_quiet_that_was_quick_or_whose_calls_say_what_it_does(module, known, quiet):
    row = {"node": "look", "ended": True, "at": 0, **known}
    assert module("({isQuiet}, row) => isQuiet(row, 2)", "run_summary.js", row) is quiet


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([FOUND, {"kind": "speech", "model": "gpt-4o"}], "searched 8 passages · asked gpt-4o · 2.0 s"),
        ([TABLES, {"kind": "speech", "model": "gpt-4o"}], "found 1 table · asked gpt-4o · 2.0 s"),
        ([{"kind": "step"}, {"kind": "step"}, {"kind": "call"}], "2 steps · 1 tool call · 2.0 s"),
    ],
)
def test_what_was_done_in_a_line(module, rows, said):
    code = "({account}, rows) => account(rows, {seconds: 2}, 0)"
    assert module(code, "run_summary.js", rows) == said


@pytest.mark.parametrize("node", [*DOING, "look_things-up"])
def test_page_and_terminal_say_the_same_of_a_step_that_has_told_nothing_yet(module, node):
    said = module(
        "({activity}, rows) => activity(rows)", "run_summary.js", [{"kind": "step", "node": node, "ended": False}]
    )
    assert said == activity([NodeRow(key="a", depth=0, at=0.0, node=node)])
    assert said == DOING.get(node, "look things up")
